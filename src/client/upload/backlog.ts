import { LoomClientError } from '../wire/errors';
import { ChangeSignal } from './change-signal';
import { SLAB_BYTES, Slabs } from './slabs';
import type { Spool } from './spool';

export interface BacklogOptions {
  /** The most bytes in memory. Further bytes go to the spool. Without a spool, `push` waits. Default 8 MiB. */
  readonly memoryBytesMax?: number;
  /** How many acknowledged bytes are kept, in case the server loses them. Default 1 MiB, at most 1/8 of the memory. */
  readonly retainBytes?: number;
  /** Stores bytes that exceed the memory. Browsers take none. */
  readonly spool?: Spool;
  /** Called when the spool refuses a write, once until it is no longer needed. `push` then waits until memory or the spool has room. */
  readonly onSpoolFailure?: (error: unknown) => void;
}

/** The bytes of one source that may still be sent, in memory, by offset: `start` ≤ `acknowledged` ≤ `end`. */
export class Backlog {
  protected readonly memoryBytesMax: number;
  protected readonly change = new ChangeSignal();
  /** Holds the bytes from `start` on. */
  protected head = new Slabs(0);
  readonly #retainBytes: number;
  #start = 0;
  #acknowledged = 0;
  #end = 0;
  #ended = false;
  #refusal: { readonly error: unknown } | undefined;
  #pushing: Promise<void> = Promise.resolve();

  constructor({ memoryBytesMax = 8 * 1024 * 1024, retainBytes = 1024 * 1024 }: BacklogOptions = {}) {
    this.memoryBytesMax = Math.max(memoryBytesMax, 2 * SLAB_BYTES);
    this.#retainBytes = Math.min(retainBytes, Math.floor(this.memoryBytesMax / 8));
  }

  /** The offset of the first byte that is still held. */
  get start(): number {
    return this.#start;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get end(): number {
    return this.#end;
  }

  /** Whether the source ends at `end`. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves when the bytes are stored. Concurrent calls keep their order. @throws the error of `refuse`; nothing is stored then */
  push(bytes: Uint8Array): Promise<void> {
    const pushed = this.#pushing.then(() => this.#push(bytes));
    // Only the caller that pushed these bytes gets the error, not the next one.
    this.#pushing = pushed.catch(() => {});
    return pushed;
  }

  /** Marks the end of the source, after all earlier pushes. */
  finish(): Promise<void> {
    return this.#pushing.then(() => {
      this.#ended = true;
      void this.refuse(new LoomClientError('INVALID', 'bytes were written after the end'));
    });
  }

  /** Makes all later pushes fail. Resolves when the current pushes are settled. */
  refuse(error: unknown): Promise<void> {
    this.#refusal ??= { error };
    this.change.notify();
    return this.#pushing;
  }

  /** Reads bytes at offset `at`: at most `bytesMax`, and none only at `end`. */
  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    return this.head.read(at, bytesMax);
  }

  /** Resolves at the next change, or after `ms`. */
  waitForChange(ms?: number): Promise<void> {
    return this.change.wait(ms);
  }

  /** Records that the server has exactly the bytes before `offset`. It may have lost acknowledged bytes, but none before `start`. */
  async acknowledge(offset: number): Promise<void> {
    this.#acknowledged = offset;
    this.change.notify();
    await this.discard(offset - this.#retainBytes);
  }

  /** Gives the space of the bytes before `at` back: no one reads them again. */
  async discard(at: number): Promise<void> {
    this.#start = Math.max(this.#start, at);
    this.head.dropBefore(this.#start);
  }

  /** How many bytes memory takes. */
  protected get room(): number {
    return this.memoryBytesMax - (this.#end - this.#start);
  }

  /** Stores the first of `bytes` behind `end`. @returns how many were stored; 0 after a wait */
  protected async keep(bytes: Uint8Array): Promise<number> {
    const kept = this.keepInMemory(this.head, bytes);
    if (kept === 0) await this.change.wait();
    return kept;
  }

  protected keepInMemory(slabs: Slabs, bytes: Uint8Array): number {
    // After a refusal, the rest of a partly stored piece may exceed the limit: the caller could not find the missing part.
    const part = this.#refusal === undefined ? bytes.subarray(0, Math.max(this.room, 0)) : bytes;
    slabs.append(part);
    return part.length;
  }

  async #push(bytes: Uint8Array): Promise<void> {
    for (let taken = 0; taken < bytes.length; ) {
      if (this.#refusal !== undefined && taken === 0) throw this.#refusal.error;
      const kept = await this.keep(bytes.subarray(taken));
      taken += kept;
      this.#end += kept;
      if (kept > 0) this.change.notify();
    }
  }
}
