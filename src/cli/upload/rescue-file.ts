import { randomBytes } from 'node:crypto';
import { type FileHandle, open } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** A file that keeps undelivered bytes after the command exits. The first byte creates it. */
export class RescueFile {
  readonly path: string;
  #file: FileHandle | undefined;
  #bytes = 0;

  constructor(id: string) {
    const name = id.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 64);
    this.path = join(tmpdir(), `loom-undelivered-${name}-${randomBytes(6).toString('hex')}.log`);
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** Calls must not overlap. */
  async append(bytes: Uint8Array): Promise<void> {
    this.#file ??= await open(this.path, 'ax', 0o600);
    await this.#file.writeFile(bytes);
    this.#bytes += bytes.length;
  }

  async close(): Promise<void> {
    await this.#file?.close();
  }
}
