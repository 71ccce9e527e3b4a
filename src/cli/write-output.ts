import { type Io, write } from './io';
import { TerminalFilter } from './terminal-filter';

/** Writes bytes of unknown origin to standard output as fast as it takes them: unchanged, unless it is a terminal that has to be kept safe. */
export async function writeOutput(
  pieces: AsyncIterable<Uint8Array>,
  { stdout }: Io,
  mode: 'safe' | 'raw',
): Promise<void> {
  const filter = stdout.isTTY === true && mode === 'safe' ? new TerminalFilter() : undefined;
  for await (const piece of pieces) await write(stdout, filter?.push(piece) ?? piece);
  if (filter !== undefined) await write(stdout, filter.end());
}
