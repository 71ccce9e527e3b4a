import { randomBytes } from 'node:crypto';
import { type FileHandle, open, rm, statfs } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { hasCode } from '../output/io';

/** Files that keep undelivered bytes after the command exits: one, or several if a disk or a limit of the size of files is full. */
export class RescueFile {
  readonly #name: string;
  readonly #paths: string[] = [];
  #directories: readonly string[] | undefined;
  #file: FileHandle | undefined;
  #fileBytes = 0;
  #bytes = 0;

  /** @param expected how many bytes will follow, as far as is known */
  constructor(
    id: string,
    private readonly expected: number,
  ) {
    const name = id.replaceAll(/[^A-Za-z0-9._-]+/g, '_').slice(0, 64);
    this.#name = `loom-undelivered-${name}-${randomBytes(6).toString('hex')}.log`;
  }

  get bytes(): number {
    return this.#bytes;
  }

  /** The files that have the bytes, in order. */
  get paths(): readonly string[] {
    return this.#paths;
  }

  /** Calls must not overlap. @throws the error of the last disk that was tried, if the bytes did not all find room: `bytes` has how many did */
  async append(bytes: Uint8Array): Promise<void> {
    for (let stored = 0; stored < bytes.length; ) {
      try {
        stored += await this.#write(bytes.subarray(stored));
      } catch (error) {
        if (!(await this.#continueElsewhere(error))) throw error;
      }
    }
  }

  async close(): Promise<void> {
    await this.#file?.close().catch(() => {});
    this.#file = undefined;
  }

  async #write(bytes: Uint8Array): Promise<number> {
    this.#file ??= await this.#begin();
    const { bytesWritten } = await this.#file.write(bytes);
    if (bytesWritten === 0) throw new Error('the disk took no byte');
    this.#fileBytes += bytesWritten;
    this.#bytes += bytesWritten;
    return bytesWritten;
  }

  async #begin(): Promise<FileHandle> {
    this.#directories ??= await roomiest(this.expected);
    const [directory = ''] = this.#directories;
    const name = this.#paths.length === 0 ? this.#name : `${this.#name}.${this.#paths.length + 1}`;
    const path = join(directory, name);
    const file = await open(path, 'ax', 0o600);
    this.#paths.push(path);
    this.#fileBytes = 0;
    return file;
  }

  /** @returns whether there is another place */
  async #continueElsewhere(error: unknown): Promise<boolean> {
    const isSizeLimit = hasCode(error, 'EFBIG') && this.#fileBytes > 0;
    const isEmpty = this.#file !== undefined && this.#fileBytes === 0;
    await this.close();
    const empty = isEmpty ? this.#paths.pop() : undefined;
    if (empty !== undefined) await rm(empty, { force: true }).catch(() => {});
    this.#fileBytes = 0;
    if (!isSizeLimit) this.#directories = this.#directories?.slice(1);
    return this.#directories !== undefined && this.#directories.length > 0;
  }
}

/** The directories that may take the bytes: first the temporary one, but before all others one that has room. */
async function roomiest(bytes: number): Promise<string[]> {
  const candidates = new Set([tmpdir(), '/var/tmp', homedir(), '.'].map((path) => resolve(path)));
  const [full, roomy]: [string[], string[]] = [[], []];
  for (const directory of candidates) ((await hasRoom(directory, bytes)) ? roomy : full).push(directory);
  return [...roomy, ...full];
}

async function hasRoom(directory: string, bytes: number): Promise<boolean> {
  try {
    const { bavail, bsize } = await statfs(directory);
    return bavail * bsize > bytes;
  } catch {
    return false;
  }
}
