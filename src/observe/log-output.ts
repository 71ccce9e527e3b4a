import { write, writeSync } from 'node:fs';

/** The most bytes that wait for a slow reader. Further lines are dropped. */
const PENDING_BYTES_MAX = 4 * 1024 * 1024;

/** How long buffered lines wait for others, in milliseconds. A write wakes another thread, which costs far more than a line. */
const GATHERED_MS = 100;

/** At this size buffered lines are written at once. */
const GATHERED_BYTES = 64 * 1024;

/** Accepts log lines, each with its line feed, and writes them in order. */
export interface LineOutput {
  /** Writes the line, and all lines before it, at once. */
  write(line: string): void;
  /** Writes the line within 100 ms, together with others: for lines that may come thousands of times per second. */
  writeBuffered(line: string): void;
}

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

/**
 * Writes log lines to a file descriptor without blocking the server. On a full disk, or without a reader, they are lost. This is not
 * sonic-boom, because its `flushSync` never returns when a write fails for good: with /dev/full it sleeps and repeats the write forever.
 */
export class LogOutput implements LineOutput {
  #waiting: string[] = [];
  #bytes = 0;
  #isWriting = false;
  /** Whether a waiting line came through `write`. */
  #isUrgent = false;
  /** The bytes after the piece that is being written, or that wait for room in a full pipe. May begin inside a line. */
  #rest: Buffer = NOTHING;
  #gathering: NodeJS.Timeout | undefined;

  /** @param pieceBytes the most bytes per write, except for a longer line: what a pipe that processes share takes whole */
  constructor(
    private readonly fd: number,
    private readonly pieceBytes = Number.POSITIVE_INFINITY,
  ) {
    // Writes the lines of the last turn. Does not wait for a full pipe.
    process.once('exit', () => this.#writeRest());
  }

  write(line: string): void {
    this.#keep(line);
    this.#isUrgent = true;
    if (!this.#isWriting) this.#writeNext();
  }

  writeBuffered(line: string): void {
    this.#keep(line);
    if (this.#isWriting) return;
    if (this.#gathering === undefined || this.#bytes >= GATHERED_BYTES) this.#writeNext();
  }

  #keep(line: string): void {
    if (this.#bytes + line.length > PENDING_BYTES_MAX) return;
    this.#waiting.push(line);
    this.#bytes += line.length;
  }

  #writeNext(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#isUrgent = false;
    const buffer = this.#take();
    if (buffer.length === 0) return;
    this.#isWriting = true;
    this.#writeAll(buffer, () => {
      this.#isWriting = false;
      if (this.#isUrgent || this.#bytes >= GATHERED_BYTES) this.#writeNext();
      else this.#gathering = setTimeout(() => this.#writeNext(), GATHERED_MS).unref();
    });
  }

  #writeAll(buffer: Buffer, done: () => void): void {
    const bytes = this.#pieceOf(buffer);
    this.#rest = buffer.subarray(bytes);
    write(this.fd, buffer, 0, bytes, (error, written) => {
      if (error?.code === 'EAGAIN') {
        this.#rest = buffer;
        setTimeout(() => this.#writeAll(buffer, done), 50).unref();
      } else if (error === null && written < buffer.length) this.#writeAll(buffer.subarray(written), done);
      else {
        this.#rest = NOTHING;
        done();
      }
    });
  }

  /** @returns the bytes of whole lines that fit into one write, or of one line that is longer */
  #pieceOf(buffer: Buffer): number {
    if (buffer.length <= this.pieceBytes) return buffer.length;
    const end = buffer.lastIndexOf(LINE_FEED, this.pieceBytes - 1) + 1;
    return end > 0 ? end : buffer.indexOf(LINE_FEED) + 1;
  }

  #take(): Buffer {
    const buffer = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#bytes = 0;
    return buffer;
  }

  #writeRest(): void {
    try {
      let rest = Buffer.concat([this.#rest, this.#take()]);
      while (rest.length > 0) rest = rest.subarray(writeSync(this.fd, rest, 0, this.#pieceOf(rest)));
    } catch {
      // The process exits: the lines are lost.
    }
  }
}
