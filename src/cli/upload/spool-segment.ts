import { constants } from 'node:fs';
import { type FileHandle, open, rm } from 'node:fs/promises';

/** Several processes of one user may share a directory; what they send may be secret. */
const MODE = 0o600;

/** A file with a range of a spool's bytes. It is open only while it is in use: a long spool has more segments than a process may have open files. */
export class SpoolSegment {
  #file: Promise<FileHandle> | undefined;
  #end: number;

  constructor(
    private readonly path: string,
    readonly start: number,
  ) {
    this.#end = start;
  }

  get end(): number {
    return this.#end;
  }

  holds(at: number): boolean {
    return this.start <= at && at < this.#end;
  }

  /** Appends bytes until the disk refuses one. @returns how many were stored, and the error of the disk if that were not all */
  async append(bytes: Uint8Array): Promise<{ stored: number; error?: unknown }> {
    let stored = 0;
    try {
      const file = await this.#open();
      while (stored < bytes.length) {
        const position = this.#end + stored - this.start;
        const { bytesWritten } = await file.write(bytes, stored, bytes.length - stored, position);
        if (bytesWritten === 0) throw new Error('the disk took no byte');
        stored += bytesWritten;
      }
    } catch (error) {
      this.#end += stored;
      return { stored, error };
    }
    this.#end += stored;
    return { stored };
  }

  /** Forgets the bytes from `at` on. The next ones replace them in the file. */
  cut(at: number): void {
    this.#end = Math.min(this.#end, at);
  }

  /** @throws if the file is shorter than the bytes written to it */
  async read(at: number, bytesMax: number): Promise<Uint8Array> {
    const length = Math.min(bytesMax, this.#end - at);
    const file = await this.#open();
    const { bytesRead, buffer } = await file.read(new Uint8Array(length), 0, length, at - this.start);
    if (bytesRead === 0) throw new Error(`${this.path} is shorter than the bytes written to it`);
    return buffer.subarray(0, bytesRead);
  }

  /** Closes the file until the next use. An error is ignored: if bytes were lost, the next read finds that. */
  async rest(): Promise<void> {
    const file = this.#file;
    this.#file = undefined;
    await (await file?.catch(() => undefined))?.close().catch(() => {});
  }

  /** Gives the space back. Errors are ignored: nothing needs the bytes any more. */
  async delete(): Promise<void> {
    await this.rest();
    await rm(this.path, { force: true }).catch(() => {});
  }

  /** @throws the error of the disk, and tries again at the next call */
  #open(): Promise<FileHandle> {
    if (this.#file === undefined) {
      const opened = open(this.path, constants.O_RDWR | constants.O_CREAT, MODE);
      this.#file = opened;
      opened.catch(() => {
        if (this.#file === opened) this.#file = undefined;
      });
    }
    return this.#file;
  }
}
