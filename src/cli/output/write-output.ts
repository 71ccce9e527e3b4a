import { type Io, write } from './io';
import { TerminalFilter } from './terminal-filter';

/** Writes untrusted bytes to standard output. On a terminal, control characters are filtered, except in `raw` mode. */
export async function writeOutput(
  pieces: AsyncIterable<Uint8Array>,
  { stdout }: Io,
  mode: 'safe' | 'raw',
): Promise<void> {
  const filter = stdout.isTTY === true && mode === 'safe' ? new TerminalFilter() : undefined;
  for await (const piece of pieces) await write(stdout, filter?.push(piece) ?? piece);
  if (filter !== undefined) await write(stdout, filter.end());
}
