import { createHash } from 'node:crypto';
import { createReadStream } from 'node:fs';
import { type FileHandle, open } from 'node:fs/promises';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { LogError } from '../../../core/log/errors';
import { Semaphore } from '../../../core/scheduling/semaphore';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { isMissing } from '../disk/failures';

/** `sha256sum -c SHA256SUMS` checks a backup without Loom. */
export const CHECKSUMS = 'SHA256SUMS';

/** The files that a backup may have: none leads out of its directory. */
const LINE = /^([\da-f]{64}) {2}((?:loom|relay\/packets)\.mdb|logs\/(?:[\da-f]{2}\/)?[\da-z-]+\.[\da-z]+)$/;

/** A file of a backup, and what it has to be. */
export interface Checksum {
  readonly sha256: string;
  /** Relative to the backup's directory. */
  readonly path: string;
}

/** Writes one line per file, in any order. */
export class ChecksumWriter {
  /** A handle takes one write at a time. */
  readonly #writes = new Semaphore(1);

  private constructor(private readonly file: FileHandle) {}

  static async create(folder: string): Promise<ChecksumWriter> {
    return new ChecksumWriter(await open(join(folder, CHECKSUMS), 'wx', PRIVATE_FILE));
  }

  async add({ sha256, path }: Checksum): Promise<void> {
    await this.#writes.run(() => this.file.appendFile(`${sha256}  ${path}\n`));
  }

  async close(): Promise<void> {
    await this.file.sync();
    await this.file.close();
  }
}

/** @throws LogError `STORE_UNAVAILABLE` when there is no such file, `STORE_DAMAGED` for a line that is not one of a backup */
export async function* readChecksums(directory: string): AsyncGenerator<Checksum, void> {
  const input = createReadStream(join(directory, CHECKSUMS));
  try {
    for await (const line of createInterface({ input, crlfDelay: Number.POSITIVE_INFINITY })) {
      const [, sha256, path] = LINE.exec(line) ?? [];
      if (sha256 === undefined || path === undefined)
        throw new LogError(
          'STORE_DAMAGED',
          `${join(directory, CHECKSUMS)} has a line that Loom did not write`,
        );
      yield { sha256, path };
    }
  } catch (error) {
    if (!isMissing(error)) throw error;
    const why = `${directory} is not a finished backup: it has no ${CHECKSUMS}`;
    throw new LogError('STORE_UNAVAILABLE', why, { cause: error });
  }
}

export async function sha256Of(path: string): Promise<string> {
  const hash = createHash('sha256');
  for await (const chunk of createReadStream(path, { highWaterMark: 1 << 20 })) hash.update(chunk);
  return hash.digest('hex');
}
