import { type FileHandle, mkdtemp, open, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spool } from '../client';

/** A segment is deleted once all of it is acknowledged, so that a long outage does not keep its disk space for ever. */
const SEGMENT_BYTES = 64 * 1024 * 1024;

interface Segment {
  readonly path: string;
  readonly file: FileHandle;
  readonly start: number;
  end: number;
}

/** Keeps what waits for the server in files of a directory of its own, which only this user can read. The disk is the bound. */
export class TempSpool implements Spool {
  #directory: string | undefined;
  #segments: Segment[] = [];

  constructor(
    private readonly parent = tmpdir(),
    private readonly segmentBytes = SEGMENT_BYTES,
  ) {}

  async write(at: number, bytes: Uint8Array): Promise<void> {
    const segment = await this.#segmentFor(at);
    // By position: what a failed attempt left behind is written over.
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
    if (bytesRead === 0) throw new Error(`${segment.path} is shorter than what was written to it`);
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
    if (last?.end === at && at - last.start < this.segmentBytes) return last;
    this.#directory ??= await mkdtemp(join(this.parent, 'loom-stream-'));
    const path = join(this.#directory, String(at));
    const segment = { path, file: await open(path, 'w+', 0o600), start: at, end: at };
    this.#segments.push(segment);
    return segment;
  }
}
