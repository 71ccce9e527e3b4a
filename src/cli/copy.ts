import { existsSync, statSync } from 'node:fs';
import { basename, join } from 'node:path';
import { LoomClientError } from '../client';
import { sizeText } from '../words/quantities';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { uploadOptionsOf } from './arguments/upload-options-of';
import { UsageError } from './arguments/usage-error';
import { copyToFile } from './copy/copy-to-file';
import { copyToStream } from './copy/copy-to-stream';
import { EXIT, signalExit } from './exit-code';
import { type Io, STOP_SIGNALS, type StopSignal, say } from './output/io';
import { printable } from './output/printable';
import { reconnectionOf } from './reconnection';

/** Runs `stream cp`: copies a file to a stream, or a stream to a file. @returns the exit code */
export async function copy(invocation: Invocation, io: Io): Promise<number> {
  const [from = '', to = ''] = invocation.operands;
  const stopping = new AbortController();
  let signalled: StopSignal | undefined;
  io.onSignal(STOP_SIGNALS, (signal) => {
    signalled = signal;
    stopping.abort(new LoomClientError('STOPPED', `stopped by ${signal}; the same command continues`));
  });
  try {
    return await (from.startsWith(':') ? download : upload)(
      invocation,
      { from, to, stop: stopping.signal },
      io,
    );
  } catch (error) {
    if (signalled === undefined || error !== stopping.signal.reason) throw error;
    say(io, String(stopping.signal.reason.message));
    return signalExit(signalled);
  }
}

interface Sides {
  readonly from: string;
  readonly to: string;
  readonly stop: AbortSignal;
}

async function upload(invocation: Invocation, { from, to, stop }: Sides, io: Io): Promise<number> {
  const { flags } = invocation;
  const { contentType, ...options } = uploadOptionsOf(invocation);
  const id = to.slice(1) || basename(from);
  const hasType = flags.text('content-type') !== undefined;
  const { bytes, sha256 } = await copyToStream(
    {
      client: clientOf(invocation),
      path: from,
      id,
      options: { ...options, ...(hasType && contentType !== undefined && { contentType }) },
      isChecked: flags.choice('check') !== false,
      stop,
    },
    io,
  );
  say(io, `copied ${sizeText(bytes)} to ${printable(id)}; SHA-256 ${sha256}`);
  return EXIT.ok;
}

async function download(invocation: Invocation, { from, to, stop }: Sides, io: Io): Promise<number> {
  const { flags } = invocation;
  const id = from.slice(1);
  if (id === '') throw new UsageError('the ID of the stream is missing: :ID');
  const path = pathFor(to, id);
  if (existsSync(path) && flags.choice('force') !== true)
    throw new Error(`${path} exists already: choose another name, or replace it with --force`);
  const { giveUpAfterMs } = reconnectionOf(flags, io);
  const options = {
    ...(giveUpAfterMs !== undefined && { giveUpAfterMs }),
    ...(flags.choice('follow') === false && { follow: false }),
  };
  const client = clientOf(invocation);
  const copied = await copyToFile({ client, id, path, options, stop }, io);
  const confirmed = copied.isConfirmed ? ', as its metadata has it' : '';
  say(io, `copied ${sizeText(copied.bytes)} to ${printable(path)}; SHA-256 ${copied.sha256}${confirmed}`);
  if (copied.outcome === undefined || copied.outcome === 'complete') return EXIT.ok;
  say(io, `the stream ended as ${copied.outcome}`);
  return EXIT.incomplete;
}

/** In a directory, the file has the name of the stream. */
function pathFor(to: string, id: string): string {
  const isDirectory = to.endsWith('/') || (existsSync(to) && statSync(to).isDirectory());
  return isDirectory ? join(to, id.replaceAll(/[/\\]/g, '_')) : to;
}
