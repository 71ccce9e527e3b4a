import { mkdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { RootDatabase } from 'lmdb';
import { LogError } from '../../../core/log/errors';
import { DamagedDatabase } from '../../../lmdb/damaged-database';
import { bytesUsed, closeDatabase, commitBatch, openDatabase } from '../../../lmdb/database';
import { DiskReserve } from '../../../lmdb/disk-reserve';
import { storeFailure } from '../../../lmdb/failures';
import { assertFileKind } from '../../../lmdb/file-kind';
import { PRIVATE_DIRECTORY } from '../../../lmdb/private-mode';
import { verifyDatabase } from '../../../lmdb/verify-database';
import type { PacketDb, PacketDbChange, PacketDbKey } from './packet-db';

const FILE = 'packets.mdb';
/** What LMDB may need for a transaction besides the stored bytes. */
const SPARE_BYTES = 2 << 20;
const DOING = 'Keeping packets';
const MOVE_IT = 'Move it away';
/** The size of one transaction, approximately. */
const BATCH_BYTES = 8 << 20;
/** The most that a key and its share of a page need besides the value. */
const ENTRY_BYTES = 8 << 10;

interface Write {
  readonly changes: readonly PacketDbChange[];
  /** 0 if it only removes. */
  readonly bytes: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Keeps packets and clients in LMDB. Writes that come during a transaction share the next one. */
export class LmdbPacketDb implements PacketDb {
  readonly #root: RootDatabase<Buffer, [string, string, number]>;
  readonly #reserve: DiskReserve;
  readonly #queue: Write[] = [];
  #writing: Promise<void> | undefined;

  private constructor(path: string) {
    this.#root = openDatabase(path, { overlappingSync: true, encoding: 'binary' });
    this.#reserve = new DiskReserve(path, () => bytesUsed(this.#root), SPARE_BYTES);
  }

  /** @param directory is created if there is none */
  static async open(directory: string): Promise<LmdbPacketDb> {
    for (const folder of [dirname(directory), directory]) await assertFileKind(folder, 'directory', MOVE_IT);
    await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    const path = join(directory, FILE);
    await assertFileKind(`${path}-lock`, 'file', MOVE_IT);
    await assertReadable(path);
    return new LmdbPacketDb(path);
  }

  *entries(): Iterable<{ key: PacketDbKey; value: Buffer }> {
    for (const { key, value } of this.#root.getRange()) {
      const [kind, owner, seq] = key;
      if (kind === 'client' || kind === 'mail' || kind === 'outgoing')
        yield { key: [kind, owner, seq], value };
    }
  }

  get([kind, owner, seq]: PacketDbKey): Buffer | undefined {
    return this.#root.get([kind, owner, seq]);
  }

  write(changes: readonly PacketDbChange[]): Promise<void> {
    const bytes = changes.reduce((sum, { value }) => sum + (value ? value.length + ENTRY_BYTES : 0), 0);
    return new Promise((done, failed) => {
      this.#queue.push({ changes, bytes, done, failed });
      this.#writing ??= this.#writeAll().finally(() => {
        this.#writing = undefined;
      });
    });
  }

  async close(): Promise<void> {
    await this.#writing;
    await closeDatabase(this.#root, ['nothing', '', 0]);
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#nextBatch();
      const { fitting, failed } = await this.#sift(batch);
      for (const [write, error] of failed) write.failed(storeFailure(DOING, error));
      try {
        await commitBatch(this.#root, () => {
          for (const { changes } of fitting) this.#apply(changes);
        });
        for (const write of fitting) write.done();
      } catch (error) {
        for (const write of fitting) write.failed(storeFailure(DOING, error));
      }
    }
  }

  #nextBatch(): readonly Write[] {
    let [count, bytes] = [0, 0];
    for (const write of this.#queue) {
      if (count > 0 && bytes + write.bytes > BATCH_BYTES) break;
      count += 1;
      bytes += write.bytes;
    }
    return this.#queue.splice(0, count);
  }

  /** On a full disk, only writes that remove pass. They may overtake the others: what they remove is stored already. */
  async #sift(batch: readonly Write[]): Promise<{ fitting: readonly Write[]; failed: [Write, unknown][] }> {
    const bytes = batch.reduce((sum, write) => sum + write.bytes, 0);
    try {
      if (!this.#reserve.has(bytes)) await this.#reserve.extend(bytes);
      return { fitting: batch, failed: [] };
    } catch (error) {
      const fits = (write: Write): boolean => write.bytes === 0 && this.#reserve.isEnoughToRemove;
      return {
        fitting: batch.filter(fits),
        failed: batch.filter((write) => !fits(write)).map((write) => [write, error]),
      };
    }
  }

  /** Runs inside a batch. The promise of the batch covers all its writes. */
  #apply(changes: readonly PacketDbChange[]): void {
    for (const { key, value } of changes) {
      const [kind, owner, seq] = key;
      if (value === undefined) void this.#root.remove([kind, owner, seq]);
      else void this.#root.put([kind, owner, seq], value);
    }
  }
}

/** LMDB would crash the process if the file were damaged. */
async function assertReadable(path: string): Promise<void> {
  await verifyDatabase(path).catch((cause) => {
    if (!(cause instanceof DamagedDatabase)) throw cause;
    throw new LogError(
      'STORE_DAMAGED',
      `${path} is damaged: ${cause.message}. Move it away to start without the packets that it keeps`,
      { cause },
    );
  });
}
