import { LoomClientError } from '../wire/errors';
import { ChangeSignal } from './change-signal';
import { SLAB_BYTES, Slabs } from './slabs';
import type { Spool } from './spool';

export interface BacklogOptions {
  /** The most bytes in memory. Further bytes go to the spool. Without a spool, `push` waits. Default 8 MiB. */
  readonly memoryBytesMax?: number;
  /** How many acknowledged bytes are kept, in case the server loses them. Default 1 MiB, at most 1/8 of the memory. */
  readonly retainBytes?: number;
  /** Stores bytes that exceed the memory. */
  readonly spool?: Spool;
  /** Called when a write to the spool fails. `push` then waits until memory has room. */
  readonly onSpoolFailure?: (error: unknown) => void;
}

/** How often a failed write to the spool is retried. Each acknowledgement retries it, too. */
const SPOOL_RETRY_MS = 1_000;

/**
 * The bytes of one source that may still be sent, by offset: `start` ≤ `acknowledged` ≤ `end`.
 *
 * IN MEMORY  Slabs hold [start, end).
 * SPOOLING   Memory was full: slabs hold [start, spoolFrom), the spool holds [spoolFrom, end) and all later bytes. When the
 *            unacknowledged bytes fit into half of the memory, they are read back: IN MEMORY.
 */
export class Backlog {
  readonly #memoryBytesMax: number;
  readonly #retainBytes: number;
  readonly #change = new ChangeSignal();
  #slabs = new Slabs(0);
  #spoolFrom: number | undefined;
  #start = 0;
  #acknowledged = 0;
  #end = 0;
  #ended = false;
  #refusal: { readonly error: unknown } | undefined;
  #pushing: Promise<void> = Promise.resolve();

  constructor(private readonly options: BacklogOptions = {}) {
    this.#memoryBytesMax = Math.max(options.memoryBytesMax ?? 8 * 1024 * 1024, 2 * SLAB_BYTES);
    this.#retainBytes = Math.min(options.retainBytes ?? 1024 * 1024, Math.floor(this.#memoryBytesMax / 8));
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
    this.#change.notify();
    return this.#pushing;
  }

  /** Reads bytes at offset `at`: at most `bytesMax`, and none only at `end`. */
  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const { spool } = this.options;
    if (spool === undefined || this.#spoolFrom === undefined || at < this.#spoolFrom)
      return this.#slabs.read(at, bytesMax);
    if (at >= this.#end) return new Uint8Array(0);
    return spool.read(at, Math.min(bytesMax, SLAB_BYTES, this.#end - at));
  }

  /** Resolves at the next change, or after `ms`. */
  waitForChange(ms?: number): Promise<void> {
    return this.#change.wait(ms);
  }

  /** Records that the server has exactly the bytes before `offset`. It may have lost acknowledged bytes, but none before `start`. */
  async acknowledge(offset: number): Promise<void> {
    this.#acknowledged = offset;
    this.#start = Math.max(this.#start, offset - this.#retainBytes);
    this.#slabs.dropBefore(this.#start);
    this.#change.notify();
    if (this.#spoolFrom !== undefined) await this.options.spool?.release(this.#start);
  }

  async #push(bytes: Uint8Array): Promise<void> {
    if (this.#spoolFrom !== undefined) await this.#readBack();
    for (let taken = 0; taken < bytes.length; ) {
      if (this.#refusal !== undefined && taken === 0) throw this.#refusal.error;
      const kept = await this.#keep(bytes.subarray(taken));
      taken += kept;
      this.#end += kept;
      if (kept > 0) this.#change.notify();
    }
  }

  /** @returns how many bytes were stored; 0 after a wait */
  async #keep(bytes: Uint8Array): Promise<number> {
    const { spool } = this.options;
    const room = this.#memoryBytesMax - (this.#end - this.#start);
    if (this.#spoolFrom === undefined && (room > 0 || this.#refusal !== undefined)) {
      // After a refusal, the rest of a partly stored piece may exceed the limit: the caller could not find the missing part.
      const part = this.#refusal === undefined ? bytes.subarray(0, room) : bytes;
      this.#slabs.append(part);
      return part.length;
    }
    if (spool !== undefined && (await this.#spool(spool, bytes))) return bytes.length;
    await this.#change.wait(spool === undefined ? undefined : SPOOL_RETRY_MS);
    return 0;
  }

  async #spool(spool: Spool, bytes: Uint8Array): Promise<boolean> {
    try {
      await spool.write(this.#end, bytes);
      this.#spoolFrom ??= this.#end;
      return true;
    } catch (error) {
      this.options.onSpoolFailure?.(error);
      return false;
    }
  }

  /** Moves the spooled bytes to memory. Only a push calls this, and pushes run one at a time: `end` does not change. */
  async #readBack(): Promise<void> {
    const from = this.#acknowledged;
    if (this.#end - from > this.#memoryBytesMax / 2) return;
    const slabs = new Slabs(from);
    while (slabs.end < this.#end) slabs.append(await this.read(slabs.end, SLAB_BYTES));
    // The server has lost bytes that only the spool still holds.
    if (this.#acknowledged < from) return;
    this.#slabs = slabs;
    this.#start = from;
    this.#spoolFrom = undefined;
    await this.options.spool?.release(this.#end);
  }
}
