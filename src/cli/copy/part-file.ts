import type { Hash } from 'node:crypto';
import { createHash } from 'node:crypto';
import { type FileHandle, open, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { memberOf, tryParseJson } from '../../client/wire/json';
import { hashFile } from './file-hash';

/** Which stream a part of a file is of. */
export interface PartSource {
  readonly url: string;
  /** `undefined`: the server is older, and the part cannot be continued. */
  readonly generation: string | undefined;
}

/** A file that is not whole yet, `FILE.part`. What it is a part of is in `FILE.part.json`, so that another process can go on. */
export class PartFile {
  readonly #path: string;
  readonly #notePath: string;
  #hash: Hash = createHash('sha256');
  #size = 0;
  #wasMovedBack = false;
  #file: FileHandle | undefined;

  constructor(private readonly target: string) {
    this.#path = `${target}.part`;
    this.#notePath = `${target}.part.json`;
  }

  get size(): number {
    return this.#size;
  }

  /** Opens the file, with the bytes that it has from the same source. */
  async open(source: PartSource): Promise<void> {
    if (await this.#isOf(source)) {
      this.#size = (await stat(this.#path)).size;
      this.#hash = await hashFile(this.#path, this.#size);
      this.#file = await open(this.#path, 'r+');
      return;
    }
    await writeFile(this.#notePath, `${JSON.stringify(source)}\n`);
    this.#file = await open(this.#path, 'w');
  }

  /** Writes bytes of the source at their offset, which is not behind the end. */
  async write(bytes: Uint8Array, at: number): Promise<void> {
    if (at !== this.#size) this.#wasMovedBack = true;
    else this.#hash.update(bytes);
    for (let written = 0; written < bytes.length; )
      written += (await this.#opened.write(bytes, written, bytes.length - written, at + written))
        .bytesWritten;
    this.#size = at + bytes.length;
  }

  /** @returns the SHA-256 of all bytes */
  async digest(): Promise<string> {
    await this.#opened.truncate(this.#size);
    if (this.#wasMovedBack) this.#hash = await hashFile(this.#path, this.#size);
    return this.#hash.copy().digest('hex');
  }

  /** Makes the part the file. */
  async finish(): Promise<void> {
    await this.#opened.sync();
    await this.close();
    await rename(this.#path, this.target);
    await rm(this.#notePath, { force: true });
  }

  async discard(): Promise<void> {
    await this.close();
    for (const path of [this.#path, this.#notePath]) await rm(path, { force: true });
  }

  async close(): Promise<void> {
    await this.#file?.close();
    this.#file = undefined;
  }

  get #opened(): FileHandle {
    if (this.#file === undefined) throw new Error(`${this.#path} is not open`);
    return this.#file;
  }

  async #isOf({ url, generation }: PartSource): Promise<boolean> {
    try {
      const note = tryParseJson(await readFile(this.#notePath, 'utf8'));
      await stat(this.#path);
      const isSame = memberOf(note, 'url') === url && memberOf(note, 'generation') === generation;
      return generation !== undefined && isSame;
    } catch {
      // There is no such part, or it cannot be read: the copy begins anew.
      return false;
    }
  }
}
