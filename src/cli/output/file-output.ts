import { fstatSync, writeSync } from 'node:fs';
import { Writable } from 'node:stream';
import { isatty } from 'node:tty';

/** Standard output or error that leads to a file. Node's own stream throws the error of a full disk out of `write`, and never ends the next write. */
export class FileOutput extends Writable {
  constructor(private readonly fd: number) {
    super();
  }

  /** Whether this class is for the descriptor: pipes and terminals have others. */
  static isFor(fd: number): boolean {
    const stats = fstatSync(fd);
    return stats.isFile() || stats.isBlockDevice() || (stats.isCharacterDevice() && !isatty(fd));
  }

  override _write(chunk: Buffer, _encoding: BufferEncoding, done: (error?: Error) => void): void {
    try {
      for (let written = 0; written < chunk.length; ) written += writeSync(this.fd, chunk, written);
      done();
    } catch (error) {
      done(error instanceof Error ? error : new Error(String(error)));
    }
  }
}
