import { ChangeSignal } from './change-signal';
import { LoomClientError } from './errors';
import { SLAB_BYTES, Slabs } from './slabs';
import type { Spool } from './spool';

export interface BacklogOptions {
  /** How many bytes are held in memory. Past it the spool takes them, or, without one, `push` waits. Default 8 MiB. */
  readonly memoryBytesMax?: number;
  /** So many acknowledged bytes stay, in case the server loses what it acknowledged last. Default 1 MiB, at most an eighth of the memory. */
  readonly retainBytes?: number;
  readonly spool?: Spool;
  /** Told each time the spool cannot take bytes. They wait then until memory has room, and so does the source. */
  readonly onSpoolFailure?: (error: unknown) => void;
}

/** A spool that failed is asked again this often, beside at each acknowledgement. */
const SPOOL_RETRY_MS = 1_000;

/**
 * The bytes of one source that may have to be sent, by offset: `start` ≤ `acknowledged` ≤ `end`.
 *
 * IN MEMORY  [start, end) lies in slabs.
 * SPOOLING   memory was full: [start, spoolFrom) lies in slabs, [spoolFrom, end) in the spool, and so does all that comes. Ends once
 *            the server has caught up so far that the rest fits into half of the memory: it is read back.
 */
export class Backlog {
  readonly #memoryBytesMax: number;
  readonly #retainBytes: number;
  readonly #bell = new ChangeSignal();
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

  /** The first byte that is still held. */
  get start(): number {
    return this.#start;
  }

  get acknowledged(): number {
    return this.#acknowledged;
  }

  get end(): number {
    return this.#end;
  }

  /** Whether `end` is the end of the source. */
  get ended(): boolean {
    return this.#ended;
  }

  /** Resolves once the bytes are kept. Calls are served in order. @throws what `refuse` was given; the bytes are not kept then */
  push(bytes: Uint8Array): Promise<void> {
    const pushed = this.#pushing.then(() => this.#push(bytes));
    // A refusal is for whoever pushed these bytes, not for the one who comes next.
    this.#pushing = pushed.catch(() => {});
    return pushed;
  }

  /** The source has ended after what was pushed so far. */
  finish(): Promise<void> {
    return this.#pushing.then(() => {
      this.#ended = true;
      void this.refuse(new LoomClientError('INVALID', 'something was written after the end'));
    });
  }

  /** From now on nothing more is taken. Resolves when the last push that is under way is settled. */
  refuse(error: unknown): Promise<void> {
    this.#refusal ??= { error };
    this.#bell.notify();
    return this.#pushing;
  }

  /** Some of the bytes at `at`, at most `bytesMax`, at least one when there are any. */
  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const { spool } = this.options;
    if (spool === undefined || this.#spoolFrom === undefined || at < this.#spoolFrom)
      return this.#slabs.read(at, bytesMax);
    if (at >= this.#end) return new Uint8Array(0);
    return spool.read(at, Math.min(bytesMax, SLAB_BYTES, this.#end - at));
  }

  /** Resolves at the next change, or `ms` from now. */
  waitForChange(ms?: number): Promise<void> {
    return this.#bell.wait(ms);
  }

  /** The server has everything before `offset`, and no more. It may be less than it had acknowledged, but not less than `start`. */
  async acknowledge(offset: number): Promise<void> {
    this.#acknowledged = offset;
    this.#start = Math.max(this.#start, offset - this.#retainBytes);
    this.#slabs.dropBefore(this.#start);
    this.#bell.notify();
    if (this.#spoolFrom !== undefined) await this.options.spool?.release(this.#start);
  }

  async #push(bytes: Uint8Array): Promise<void> {
    if (this.#spoolFrom !== undefined) await this.#readBack();
    for (let taken = 0; taken < bytes.length; ) {
      if (this.#refusal !== undefined && taken === 0) throw this.#refusal.error;
      const kept = await this.#keep(bytes.subarray(taken));
      taken += kept;
      this.#end += kept;
      if (kept > 0) this.#bell.notify();
    }
  }

  /** @returns how many of the bytes were kept; none after it had to wait. */
  async #keep(bytes: Uint8Array): Promise<number> {
    const { spool } = this.options;
    const room = this.#memoryBytesMax - (this.#end - this.#start);
    if (this.#spoolFrom === undefined && (room > 0 || this.#refusal !== undefined)) {
      // A piece of which a part was kept before the refusal is kept whole, beyond the bound: nobody could tell the rest from it.
      const part = this.#refusal === undefined ? bytes.subarray(0, room) : bytes;
      this.#slabs.append(part);
      return part.length;
    }
    if (spool !== undefined && (await this.#spool(spool, bytes))) return bytes.length;
    await this.#bell.wait(spool === undefined ? undefined : SPOOL_RETRY_MS);
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

  /** Only a push calls this, and pushes come one at a time: `end` stands still meanwhile. */
  async #readBack(): Promise<void> {
    const from = this.#acknowledged;
    if (this.#end - from > this.#memoryBytesMax / 2) return;
    const slabs = new Slabs(from);
    while (slabs.end < this.#end) slabs.append(await this.read(slabs.end, SLAB_BYTES));
    // The server went back behind what is about to be let go of: the spool is still needed.
    if (this.#acknowledged < from) return;
    this.#slabs = slabs;
    this.#start = from;
    this.#spoolFrom = undefined;
    await this.options.spool?.release(this.#end);
  }
}
