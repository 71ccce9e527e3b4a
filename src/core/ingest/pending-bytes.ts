/** What a socket brings at once, at the most. */
const PIECE_BYTES = 64 * 1024;

/** How many producers that must go on waiting are looked at when bytes become free: with thousands of them a look at all takes too long. */
const LOOKS = 8;

/** Where a producer's bytes come from. */
export interface ByteSource {
  /** Brings no more. What was read already may still come. */
  pause(): void;
  resume(): void;
}

/**
 * The bytes of all producers that wait in memory for the store, under one bound.
 *
 * A producer may hold as many bytes as are free. While little is held, no producer is paused; when memory runs short, those that hold most
 * are paused first, and one that writes a line now and then goes on. A producer exceeds the bound by one piece at the most, which its
 * socket has read before it is paused.
 */
export class PendingBytes {
  #bytes = 0;
  /** Paused, the longest first. */
  readonly #held = new Set<PendingShare>();
  #isLookDue = false;

  constructor(private readonly bytesMax: number) {}

  get bytes(): number {
    return this.#bytes;
  }

  /** @returns the part of one producer */
  share(source: ByteSource): PendingShare {
    return new PendingShare(this, source);
  }

  added(share: PendingShare, bytes: number): void {
    this.#bytes += bytes;
    if (share.bytes > this.bytesMax - this.#bytes) this.#hold(share);
  }

  removed(bytes: number): void {
    this.#bytes -= bytes;
    if (this.#held.size > 0) this.#resumeHeld();
  }

  /** Called by a share that is over. */
  forget(share: PendingShare): void {
    this.#held.delete(share);
  }

  #hold(share: PendingShare): void {
    if (share.isPaused) return;
    share.isPaused = true;
    this.#held.add(share);
    share.source.pause();
  }

  /** Resumes those that wait longest, each with room for a piece. Those that hold too much themselves go to the end of the queue. */
  #resumeHeld(): void {
    let free = this.bytesMax - this.#bytes;
    let looks = LOOKS;
    for (const share of this.#held) {
      if (free < PIECE_BYTES) {
        this.#lookSoon();
        return;
      }
      this.#held.delete(share);
      if (share.bytes <= free / 2) {
        free -= PIECE_BYTES;
        share.isPaused = false;
        share.source.resume();
      } else {
        this.#held.add(share);
        looks -= 1;
        if (looks === 0) return;
      }
    }
  }

  /** Those that were resumed may have nothing to bring. */
  #lookSoon(): void {
    if (this.#isLookDue) return;
    this.#isLookDue = true;
    setImmediate(() => {
      this.#isLookDue = false;
      this.#resumeHeld();
    });
  }
}

/** What one producer holds of the bytes that wait. */
export class PendingShare {
  bytes = 0;
  /** The source is paused because all producers together hold too much. */
  isPaused = false;

  constructor(
    private readonly all: PendingBytes,
    readonly source: ByteSource,
  ) {}

  add(bytes: number): void {
    this.bytes += bytes;
    this.all.added(this, bytes);
  }

  remove(bytes: number): void {
    this.bytes -= bytes;
    this.all.removed(bytes);
  }

  /** Gives back what is left. */
  end(): void {
    this.all.forget(this);
    this.remove(this.bytes);
  }
}
