import { write, writeSync } from 'node:fs';

/** Lines that wait for a reader that does not read, in bytes. What goes beyond is dropped. */
const PENDING_BYTES_MAX = 4 * 1024 * 1024;

/**
 * Where lines are so many that they are gathered, this is how long, in milliseconds: a write costs another thread's waking, many times
 * what a line does.
 */
const GATHERED_MS = 100;

/** What is gathered up to this size, in bytes, waits; more goes at once. */
const GATHERED_BYTES = 64 * 1024;

/** Takes lines, each with its line feed. They come out in the order in which they were given, however soon each has to. */
export interface LineOutput {
  /** Now. */
  write(line: string): void;
  /** Now, or with others within a tenth of a second: for lines of which there may be thousands a second. */
  writeBuffered(line: string): void;
}

const LINE_FEED = 0x0a;
const NOTHING = Buffer.alloc(0);

/**
 * Writes log lines to a file descriptor without ever holding the service up: one write is under way, what comes meanwhile waits up to a
 * bound, and lines that cannot be written, because the disk is full or the reader is gone, are lost.
 */
export class LogOutput implements LineOutput {
  #waiting: string[] = [];
  #bytes = 0;
  #isWriting = false;
  /** Something waits that is to go now. */
  #isUrgent = false;
  /** What waits behind the write that is under way, or for room in a pipe that was full: the rest of a line perhaps. */
  #rest: Buffer = NOTHING;
  #gathering: NodeJS.Timeout | undefined;

  /**
   * @param pieceBytes the most that is written at once, except for a longer line: for a file descriptor that other processes write to,
   *   what is written whole
   */
  constructor(
    private readonly fd: number,
    private readonly pieceBytes = Number.POSITIVE_INFINITY,
  ) {
    // Lines that were logged in the last turn. A pipe that is full is not waited for.
    process.once('exit', () => this.#writeRest());
  }

  write(line: string): void {
    this.#keep(line);
    this.#isUrgent = true;
    if (!this.#isWriting) this.#writeOn();
  }

  writeBuffered(line: string): void {
    this.#keep(line);
    if (this.#isWriting) return;
    if (this.#gathering === undefined || this.#bytes >= GATHERED_BYTES) this.#writeOn();
  }

  #keep(line: string): void {
    if (this.#bytes + line.length > PENDING_BYTES_MAX) return;
    this.#waiting.push(line);
    this.#bytes += line.length;
  }

  #writeOn(): void {
    clearTimeout(this.#gathering);
    this.#gathering = undefined;
    this.#isUrgent = false;
    const buffer = this.#take();
    if (buffer.length === 0) return;
    this.#isWriting = true;
    this.#writeAll(buffer, () => {
      this.#isWriting = false;
      if (this.#isUrgent || this.#bytes >= GATHERED_BYTES) this.#writeOn();
      else this.#gathering = setTimeout(() => this.#writeOn(), GATHERED_MS).unref();
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

  /** @returns how many bytes of whole lines go at once; of a longer line, or the rest of one, all */
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
      // Nobody is left to be told.
    }
  }
}
