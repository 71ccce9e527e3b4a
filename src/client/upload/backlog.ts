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
  /** Called when the spool refuses a write, once until it is no longer needed. `push` then waits until memory or the spool has room. */
  readonly onSpoolFailure?: (error: unknown) => void;
}

/** How often a full spool is tried again. Each acknowledgement tries it, too. */
const SPOOL_RETRY_MS = 1_000;

/** The range of the bytes in the spool. */
interface Spooled {
  readonly from: number;
  readonly to: number;
}

/**
 * The bytes of one source that may still be sent, by offset: `start` ≤ `acknowledged` ≤ `end`.
 *
 * IN MEMORY   The head, in memory, holds [start, end).
 * SPOOLING    Memory was full: the head holds [start, from), the spool [from, to), and `to` is `end`. When the unacknowledged bytes fit
 *             into half of the memory, they are read back: IN MEMORY.
 * SPOOL FULL  The spool refused a write: the tail, in memory, holds [to, end). When memory is full, too, bytes of the tail move to the
 *             spool as it takes them, until none is left: SPOOLING. When all before the tail is acknowledged, it is the head: IN MEMORY.
 */
export class Backlog {
  readonly #memoryBytesMax: number;
  readonly #retainBytes: number;
  readonly #change = new ChangeSignal();
  #head = new Slabs(0);
  #spooled: Spooled | undefined;
  #tail: Slabs | undefined;
  #hasReportedSpool = false;
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
    const { from, to } = this.#spooled ?? { from: this.#end, to: this.#end };
    if (spool === undefined || at < from) return this.#head.read(at, bytesMax);
    if (at < to) return spool.read(at, Math.min(bytesMax, SLAB_BYTES, to - at));
    return this.#tail?.read(at, bytesMax) ?? new Uint8Array(0);
  }

  /** Resolves at the next change, or after `ms`. */
  waitForChange(ms?: number): Promise<void> {
    return this.#change.wait(ms);
  }

  /** Records that the server has exactly the bytes before `offset`. It may have lost acknowledged bytes, but none before `start`. */
  async acknowledge(offset: number): Promise<void> {
    this.#acknowledged = offset;
    this.#start = Math.max(this.#start, offset - this.#retainBytes);
    this.#head.dropBefore(this.#start);
    this.#change.notify();
    if (this.#spooled !== undefined) await this.options.spool?.release(this.#start);
  }

  /** Gives the space of the bytes before `at` back. Call it after `refuse`, with bytes that nobody will read again. */
  async discard(at: number): Promise<void> {
    this.#start = Math.max(this.#start, at);
    this.#head.dropBefore(this.#start);
    this.#tail?.dropBefore(this.#start);
    if (this.#spooled !== undefined) await this.options.spool?.release(this.#start);
  }

  async #push(bytes: Uint8Array): Promise<void> {
    if (this.#spooled !== undefined) await this.#leaveSpool(this.#spooled);
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
    if (this.#spooled === undefined) {
      const kept = this.#keepInMemory(this.#head, bytes);
      if (kept > 0) return kept;
    }
    if (spool !== undefined && (await this.#emptyTail(spool)) && (await this.#spool(spool, bytes)))
      return bytes.length;
    if (this.#spooled !== undefined) {
      this.#tail ??= new Slabs(this.#end);
      const kept = this.#keepInMemory(this.#tail, bytes);
      if (kept > 0) return kept;
    }
    await this.#change.wait(spool === undefined ? undefined : SPOOL_RETRY_MS);
    if (this.#spooled !== undefined) await this.#leaveSpool(this.#spooled);
    return 0;
  }

  #keepInMemory(slabs: Slabs, bytes: Uint8Array): number {
    // After a refusal, the rest of a partly stored piece may exceed the limit: the caller could not find the missing part.
    const part = this.#refusal === undefined ? bytes.subarray(0, Math.max(this.#room, 0)) : bytes;
    slabs.append(part);
    return part.length;
  }

  /** How many bytes memory takes. */
  get #room(): number {
    const { from, to } = this.#spooled ?? { from: this.#end, to: this.#end };
    return this.#memoryBytesMax - Math.max(from - this.#start, 0) - (this.#end - to);
  }

  /** Stores the bytes that follow those in the spool. */
  async #spool(spool: Spool, bytes: Uint8Array): Promise<boolean> {
    const at = this.#spooled?.to ?? this.#end;
    try {
      await spool.write(at, bytes);
      this.#spooled = { from: this.#spooled?.from ?? at, to: at + bytes.length };
      return true;
    } catch (error) {
      if (!this.#hasReportedSpool) this.options.onSpoolFailure?.(error);
      this.#hasReportedSpool = true;
      return false;
    }
  }

  /** Once memory is full, moves the tail to the spool. @returns whether further bytes may go to the spool */
  async #emptyTail(spool: Spool): Promise<boolean> {
    const tail = this.#tail;
    if (tail === undefined) return true;
    if (this.#room > 0) return false;
    for (let at = this.#spooled?.to ?? this.#end; at < this.#end; ) {
      const piece = tail.read(at, SLAB_BYTES);
      if (!(await this.#spool(spool, piece))) return false;
      at += piece.length;
      tail.dropBefore(at);
    }
    this.#tail = undefined;
    return true;
  }

  /**
   * Returns to memory alone if what is not acknowledged fits there. Only a push calls this, and pushes run one at a time: `end` does not
   * change.
   */
  async #leaveSpool({ to }: Spooled): Promise<void> {
    const acknowledged = this.#acknowledged;
    if (this.#tail !== undefined && acknowledged < to) return;
    const from = this.#tail === undefined ? acknowledged : to;
    const head = this.#tail ?? (await this.#readBack(from));
    // The server may have lost bytes in the meantime that only the spool still holds.
    if (head === undefined || this.#acknowledged < from) return;
    this.#head = head;
    this.#tail = undefined;
    this.#start = Math.max(this.#start, from);
    this.#head.dropBefore(this.#start);
    this.#spooled = undefined;
    this.#hasReportedSpool = false;
    await this.options.spool?.release(this.#end);
  }

  /** Reads the spooled bytes from `from` on. @returns `undefined` if they are too many, or cannot be read now */
  async #readBack(from: number): Promise<Slabs | undefined> {
    if (this.#end - from > this.#memoryBytesMax / 2) return undefined;
    const slabs = new Slabs(from);
    try {
      while (slabs.end < this.#end) slabs.append(await this.read(slabs.end, SLAB_BYTES));
    } catch {
      // A request that needs them reads them again, and reports the error.
      return undefined;
    }
    return slabs;
  }
}
