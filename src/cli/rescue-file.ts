import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** Keeps what could not be delivered, in order, in a file that stays. It is made with the first byte. */
export class RescueFile {
  readonly path: string;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(id: string, directory = tmpdir()) {
    const name = id.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 64);
    this.path = join(directory, `loom-undelivered-${name}-${randomBytes(6).toString('hex')}.log`);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** One call at a time. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#file ??= await open(this.path, 'ax', 0o600);
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
