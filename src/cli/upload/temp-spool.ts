import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spool } from '../../client';

/** A segment is deleted when all of it is acknowledged. Smaller segments free disk space earlier. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

interface Segment {
  readonly path: string;
  readonly file: FileHandle;
  readonly start: number;
  end: number;
}

/** A spool in files under the temporary directory, which only this user can read. Its size is limited only by the disk. */
export class TempSpool implements Spool {
  #directory: string | undefined;
  #segments: Segment[] = [];

  async write(at: number, bytes: Uint8Array): Promise<void> {
    const segment = await this.#segmentFor(at);
    // Writing by position overwrites the bytes of a failed attempt.
    for (let written = 0; written < bytes.length; ) {
      const position = at + written - segment.start;
      const { bytesWritten } = await segment.file.write(bytes, written, bytes.length - written, position);
      written += bytesWritten;
    }
    segment.end = at + bytes.length;
  }

  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const segment = this.#segments.find(({ start, end }) => start <= at && at < end);
    if (segment === undefined) throw new RangeError(`byte ${at} is not in the spool`);
    const length = Math.min(bytesMax, segment.end - at);
    const { bytesRead, buffer } = await segment.file.read(
      new Uint8Array(length),
      0,
      length,
      at - segment.start,
    );
    if (bytesRead === 0) throw new Error(`${segment.path} is shorter than the bytes written to it`);
    return buffer.subarray(0, bytesRead);
  }

  async release(upTo: number): Promise<void> {
    const done = this.#segments.filter(({ end }) => end <= upTo);
    this.#segments = this.#segments.filter(({ end }) => end > upTo);
    for (const { file, path } of done) {
      await file.close();
      await rm(path, { force: true });
    }
  }

  async close(): Promise<void> {
    for (const { file } of this.#segments.splice(0)) await file.close();
    if (this.#directory !== undefined) await rm(this.#directory, { recursive: true, force: true });
    this.#directory = undefined;
  }

  async #segmentFor(at: number): Promise<Segment> {
    const last = this.#segments.at(-1);
    if (last?.end === at && at - last.start < SEGMENT_BYTES) return last;
    this.#directory ??= await mkdtemp(join(tmpdir(), 'loom-stream-'));
    const path = join(this.#directory, String(at));
    const segment = { path, file: await open(path, 'w+', 0o600), start: at, end: at };
    this.#segments.push(segment);
    return segment;
  }
}
