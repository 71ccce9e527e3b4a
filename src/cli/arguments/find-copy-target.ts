import { isStreamAddress, parseAddress } from './address';
import { type Command, usageOf } from './command';
import type { CommandTarget } from './find-target';
import { UsageError } from './usage-error';

/** Finds the server of a copy between a file and a stream. @returns the operands in their order, the stream as `:ID` @throws UsageError */
export function findCopyTarget(
  command: Command,
  positionals: readonly string[],
  urlOfEnvironment: string | undefined,
): CommandTarget {
  if (positionals.length < 2 || positionals.length > 3)
    throw new UsageError(`a file and a stream are needed: ${usageOf(command)}`);
  const server = positionals.length === 3 ? parseAddress(positionals[0] ?? '') : undefined;
  const sides = positionals.slice(-2);
  const streams = sides.filter((word) => word.startsWith(':') || isStreamAddress(word));
  const [stream] = streams;
  if (stream === undefined || streams.length !== 1) {
    const both = streams.length === 2 ? 'both' : 'neither';
    throw new UsageError(`${both} is a stream: one is a file, the other :ID or the URL of a stream`);
  }
  const address = isStreamAddress(stream) ? parseAddress(stream) : undefined;
  if (server?.id !== undefined)
    throw new UsageError(`the URL is that of the stream ${server.id}: give it once`);
  if (server !== undefined && address !== undefined && server.url !== address.url)
    throw new UsageError(`the stream is on another server: ${server.url} and ${address.url}`);
  const ofEnvironment = urlOfEnvironment ? parseAddress(urlOfEnvironment, 'LOOM_URL') : undefined;
  const { url, token } = server ?? address ?? ofEnvironment ?? {};
  if (url === undefined)
    throw new UsageError(
      'there is no server: give its URL, as in "stream cp http://localhost:3060 FILE :ID", or set LOOM_URL',
    );
  const given = address?.token ?? token;
  const operands = sides.map((word) => (word === stream && address !== undefined ? `:${address.id}` : word));
  return { url, operands, ...(given !== undefined && { token: given }) };
}
