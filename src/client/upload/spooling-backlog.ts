import { LoomClientError } from '../wire/errors';
import { Backlog, type BacklogOptions } from './backlog';
import { SLAB_BYTES, Slabs } from './slabs';
import type { Spool } from './spool';

/** How often a full spool is tried again. Each acknowledgement tries it, too. */
const SPOOL_RETRY_MS = 1_000;

/** The range of the bytes in the spool. */
interface Spooled {
  readonly from: number;
  readonly to: number;
}

/**
 * A backlog whose bytes may exceed the memory.
 *
 * IN MEMORY   The head, in memory, holds [start, end).
 * SPOOLING    Memory was full: the head holds [start, from), the spool [from, to), and `to` is `end`. When the unacknowledged bytes fit
 *             into half of the memory, they are read back: IN MEMORY.
 * SPOOL FULL  The spool refused a write: the tail, in memory, holds [to, end). When memory is full, too, bytes of the tail move to the
 *             spool as it takes them, until none is left: SPOOLING. When all before the tail is acknowledged, it is the head: IN MEMORY.
 */
export class SpoolingBacklog extends Backlog {
  #spooled: Spooled | undefined;
  #tail: Slabs | undefined;
  #hasReportedSpool = false;

  constructor(
    private readonly spool: Spool,
    private readonly options: BacklogOptions,
  ) {
    super(options);
  }

  override async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const { from, to } = this.#spooled ?? { from: this.end, to: this.end };
    if (at < from) return this.head.read(at, bytesMax);
    if (at >= to) return this.#tail?.read(at, bytesMax) ?? new Uint8Array(0);
    return this.spool.read(at, Math.min(bytesMax, SLAB_BYTES, to - at)).catch((cause) => {
      throw new LoomClientError('SPOOL_FAILED', 'cannot read the spool', { cause });
    });
  }

  override async discard(at: number): Promise<void> {
    await super.discard(at);
    this.#tail?.dropBefore(this.start);
    if (this.#spooled !== undefined) await this.spool.release(this.start);
  }

  protected override get room(): number {
    const { from, to } = this.#spooled ?? { from: this.end, to: this.end };
    return this.memoryBytesMax - Math.max(from - this.start, 0) - (this.end - to);
  }

  protected override async keep(bytes: Uint8Array): Promise<number> {
    if (this.#spooled !== undefined) await this.#leaveSpool(this.#spooled);
    if (this.#spooled === undefined) {
      const kept = this.keepInMemory(this.head, bytes);
      if (kept > 0) return kept;
    }
    if ((await this.#emptyTail()) && (await this.#store(bytes))) return bytes.length;
    if (this.#spooled !== undefined) {
      this.#tail ??= new Slabs(this.end);
      const kept = this.keepInMemory(this.#tail, bytes);
      if (kept > 0) return kept;
    }
    await this.change.wait(SPOOL_RETRY_MS);
    return 0;
  }

  /** Stores the bytes that follow those in the spool. */
  async #store(bytes: Uint8Array): Promise<boolean> {
    const at = this.#spooled?.to ?? this.end;
    try {
      await this.spool.write(at, bytes);
      this.#spooled = { from: this.#spooled?.from ?? at, to: at + bytes.length };
      return true;
    } catch (error) {
      if (!this.#hasReportedSpool) this.options.onSpoolFailure?.(error);
      this.#hasReportedSpool = true;
      return false;
    }
  }

  /** Once memory is full, moves the tail to the spool. @returns whether further bytes may go to the spool */
  async #emptyTail(): Promise<boolean> {
    const tail = this.#tail;
    if (tail === undefined) return true;
    if (this.room > 0) return false;
    for (let at = this.#spooled?.to ?? this.end; at < this.end; ) {
      const piece = tail.read(at, SLAB_BYTES);
      if (!(await this.#store(piece))) return false;
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
    const { acknowledged } = this;
    if (this.#tail !== undefined && acknowledged < to) return;
    const from = this.#tail === undefined ? acknowledged : to;
    const head = this.#tail ?? (await this.#readBack(from));
    // The server may have lost bytes in the meantime that only the spool still holds.
    if (head === undefined || this.acknowledged < from) return;
    this.head = head;
    this.#tail = undefined;
    this.#spooled = undefined;
    this.#hasReportedSpool = false;
    await super.discard(from);
    await this.spool.release(this.end);
  }

  /** Reads the spooled bytes from `from` on. @returns `undefined` if they are too many, or cannot be read now */
  async #readBack(from: number): Promise<Slabs | undefined> {
    if (this.end - from > this.memoryBytesMax / 2) return undefined;
    const slabs = new Slabs(from);
    try {
      while (slabs.end < this.end) slabs.append(await this.read(slabs.end, SLAB_BYTES));
    } catch {
      // A request that needs them reads them again, and reports the error.
      return undefined;
    }
    return slabs;
  }
}
