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
  writeSoon(line: string): void;
}

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
  /** What a pipe that was full has yet to be given, the rest of a line perhaps. */
  #refused: Buffer = NOTHING;
  #gathering: NodeJS.Timeout | undefined;

  constructor(private readonly fd: number) {
    // Lines that were logged in the last turn. A pipe that is full is not waited for.
    process.once('exit', () => this.#writeRest());
  }

  write(line: string): void {
    this.#keep(line);
    this.#isUrgent = true;
    if (!this.#isWriting) this.#writeOn();
  }

  writeSoon(line: string): void {
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
    this.#refused = NOTHING;
    write(this.fd, buffer, (error, written) => {
      if (error?.code === 'EAGAIN') {
        this.#refused = buffer;
        setTimeout(() => this.#writeAll(buffer, done), 50).unref();
      } else if (error === null && written < buffer.length) this.#writeAll(buffer.subarray(written), done);
      else done();
    });
  }

  #take(): Buffer {
    const buffer = Buffer.from(this.#waiting.join(''));
    this.#waiting = [];
    this.#bytes = 0;
    return buffer;
  }

  #writeRest(): void {
    try {
      writeSync(this.fd, Buffer.concat([this.#refused, this.#take()]));
    } catch {
      // Nobody is left to be told.
    }
  }
}
