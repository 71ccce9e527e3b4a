import { isUtf8 } from 'node:buffer';
import { createHash } from 'node:crypto';
import { open, stat } from 'node:fs/promises';
import { type Json, type LoomClient, LoomClientError, type Upload, type UploadOptions } from '../../client';
import { acceptsMembers } from '../arguments/metadata-flag';
import { ConnectionNotices } from '../output/connection-notices';
import type { Io } from '../output/io';
import { ProgressBar } from '../output/progress-bar';
import { hashFile, piecesOf } from './file-hash';

/** What a copy to a stream is about. */
export interface CopyToStream {
  readonly client: LoomClient;
  readonly path: string;
  readonly id: string;
  readonly options: UploadOptions;
  /** Whether the stream is read back. */
  readonly isChecked: boolean;
  readonly stop: AbortSignal;
}

/** How much of a file shows whether it is text. */
const LOOKED_AT = 64 * 1024;

/**
 * Copies a file to a stream. The upload's key is made from the hash of the file: the same copy, started again, continues where the server's
 * bytes end. @returns the hash @throws LoomClientError; an error of the file; the signal's reason
 */
export async function copyToStream(copy: CopyToStream, io: Io): Promise<{ bytes: number; sha256: string }> {
  const { client, path, id, options, stop } = copy;
  const file = await stat(path);
  if (!file.isFile()) throw new Error(`${path} is not a regular file: send its content with "stream send"`);
  const { size } = file;
  const sha256 = (await hashFile(path, size)).digest('hex');
  stop.throwIfAborted();
  const metadata = withHash(options.metadata, sha256);
  let upload: Upload | undefined;
  const bar = new ProgressBar(io, { done: () => upload?.acknowledged ?? 0, total: size });
  const notices = new ConnectionNotices(bar.io, undefined, {
    pendingBytes: () => size - (upload?.acknowledged ?? 0),
    canGiveUp: options.giveUpAfterMs === undefined,
  });
  try {
    upload = client.upload(id, {
      contentType: await typeOf(path),
      ...options,
      ...(metadata !== undefined && { metadata }),
      // A stream that is replaced begins anew.
      ...(options.existing !== 'replace' && { key: `cp-${sha256}` }),
      signal: stop,
      onEvent: notices.onEvent,
    });
    await send(upload, { path, size, sha256 });
    await upload.done;
    if (copy.isChecked) await check(client, id, { sha256, stop });
    return { bytes: size, sha256 };
  } finally {
    notices.end();
    bar.end();
  }
}

async function send(
  upload: Upload,
  { path, size, sha256 }: { readonly path: string; readonly size: number; readonly sha256: string },
): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of piecesOf(path, size)) {
    hash.update(piece);
    await upload.write(piece);
  }
  if (hash.digest('hex') === sha256) return upload.end();
  const changed = new LoomClientError('STOPPED', `${path} changed while it was copied`);
  upload.stop(changed);
  throw changed;
}

/** @throws if the stream is not the file */
async function check(
  client: LoomClient,
  id: string,
  { sha256, stop }: { readonly sha256: string; readonly stop: AbortSignal },
): Promise<void> {
  const hash = createHash('sha256');
  for await (const piece of client.follow(id, { follow: false, signal: stop })) hash.update(piece);
  const stored = hash.digest('hex');
  if (stored !== sha256)
    throw new Error(`the stream is not the file: its SHA-256 is ${stored}, not ${sha256}`);
}

function withHash(metadata: Json | undefined, sha256: string): Json | undefined {
  if (!acceptsMembers(metadata)) return metadata;
  return Object.assign({}, metadata, { sha256 });
}

async function typeOf(path: string): Promise<string> {
  const file = await open(path);
  try {
    const { buffer, bytesRead } = await file.read(Buffer.alloc(LOOKED_AT));
    // The last character may be cut.
    const start = buffer.subarray(0, bytesRead === LOOKED_AT ? lastWhole(buffer) : bytesRead);
    return isUtf8(start) && !start.includes(0) ? 'text/plain; charset=utf-8' : 'application/octet-stream';
  } finally {
    await file.close();
  }
}

/** Where the last character of UTF-8 text begins. */
function lastWhole(text: Buffer): number {
  let at = text.length - 1;
  while (at > text.length - 4 && ((text[at] ?? 0) & 0xc0) === 0x80) at -= 1;
  return at;
}
