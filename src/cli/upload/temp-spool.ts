import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Spool } from '../../client';
import { SpoolSegment } from './spool-segment';

/** A segment is deleted when all of it is acknowledged. On a disk that is full, each one makes room for as many further bytes. */
const SEGMENT_BYTES = 1024 * 1024;

/** A spool in files under the temporary directory, which only this user can read. Its size is limited only by the disk. */
export class TempSpool implements Spool {
  #directory: string | undefined;
  #segments: SpoolSegment[] = [];
  #lastRead: SpoolSegment | undefined;

  /** @throws the error of the disk. No byte of the call is stored then */
  async write(at: number, bytes: Uint8Array): Promise<void> {
    for (let stored = 0; stored < bytes.length; ) {
      const segment = await this.#segmentFor(at + stored);
      const wasEmpty = segment.start === segment.end;
      const result = await segment.append(bytes.subarray(stored));
      stored += result.stored;
      if (result.error === undefined) continue;
      // A limit of the size of files (`ulimit -f`) leaves room for a further file. If that takes no byte either, the disk is full.
      if (wasEmpty && result.stored === 0) {
        await this.#undo(at);
        throw result.error;
      }
      await this.#begin(at + stored);
    }
  }

  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const segment = this.#segments.find((candidate) => candidate.holds(at));
    if (segment === undefined) throw new RangeError(`byte ${at} is not in the spool`);
    const before = this.#lastRead;
    this.#lastRead = segment;
    if (before !== segment && before !== this.#segments.at(-1)) await before?.rest();
    return segment.read(at, bytesMax);
  }

  async release(upTo: number): Promise<void> {
    const done = this.#segments.filter(({ end }) => end <= upTo);
    this.#segments = this.#segments.filter(({ end }) => end > upTo);
    for (const segment of done) await segment.delete();
  }

  /** Deletes everything. What cannot be deleted is left behind. */
  async close(): Promise<void> {
    for (const segment of this.#segments.splice(0)) await segment.rest();
    const directory = this.#directory;
    this.#directory = undefined;
    if (directory !== undefined) await rm(directory, { recursive: true, force: true }).catch(() => {});
  }

  async #segmentFor(at: number): Promise<SpoolSegment> {
    const last = this.#segments.at(-1);
    if (last?.end === at && at - last.start < SEGMENT_BYTES) return last;
    return this.#begin(at);
  }

  async #begin(at: number): Promise<SpoolSegment> {
    const last = this.#segments.at(-1);
    if (last !== this.#lastRead) await last?.rest();
    this.#directory ??= await mkdtemp(join(tmpdir(), 'loom-stream-'));
    const segment = new SpoolSegment(join(this.#directory, String(at)), at);
    this.#segments.push(segment);
    return segment;
  }

  /** Forgets the bytes from `at` on. */
  async #undo(at: number): Promise<void> {
    const emptied = this.#segments.filter(({ start }) => start >= at);
    this.#segments = this.#segments.filter(({ start }) => start < at);
    this.#segments.at(-1)?.cut(at);
    for (const segment of emptied) await segment.delete();
  }
}
