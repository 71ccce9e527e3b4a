import type { Follow, LoomClient, PartOptions, StreamLines } from '../client';
import type { OutputForm } from './arguments/read-flags';
import type { Io } from './output/io';
import { printable } from './output/printable';
import { TextOutput } from './output/text-output';
import { writeOutput } from './output/write-output';

/** How a stream is shown. */
export interface ShownStream {
  readonly form: OutputForm;
  /** Whether all control characters pass to a terminal. */
  readonly isRaw: boolean;
  readonly options: PartOptions;
  /** Added to each JSON object, where there are several streams. */
  readonly label?: string;
}

/** Writes a stream or a part of it to standard output. @returns how it ended @throws as `Follow`; the error of the output */
export async function showStream(
  client: LoomClient,
  id: string,
  { form, isRaw, options, label }: ShownStream,
  io: Io,
): Promise<Pick<Follow, 'end' | 'losses' | 'offset'>> {
  if (form === 'json') {
    const output = new TextOutput(io);
    const lines = client.follow(id, { ...options, signal: output.signal }).lines({ parts: true });
    await writeJson(lines, output, { label, isTerminal: io.stdout.isTTY === true });
    return lines;
  }
  const following = client.follow(id, { ...options, timestamps: form === 'timestamps' });
  await writeOutput(following, io, isRaw ? 'raw' : 'safe');
  return following;
}

/** Writes one object per line, and at last the one that describes the stream. */
async function writeJson(
  lines: StreamLines,
  output: TextOutput,
  { label, isTerminal }: { readonly label: string | undefined; readonly isTerminal: boolean },
): Promise<void> {
  const render = (value: object): string => {
    const json = JSON.stringify(label === undefined ? value : { id: label, ...value });
    return `${isTerminal ? printable(json) : json}\n`;
  };
  for await (const line of lines) await output.write(render(line));
  const { summary } = lines;
  if (typeof summary === 'object' && summary !== null) await output.write(render(summary));
  await output.flush();
}
