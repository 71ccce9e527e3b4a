import { mkdir } from 'node:fs/promises';
import { constants } from 'node:os';
import { dirname, join } from 'node:path';
import { open, type RootDatabase } from 'lmdb';
import { LogError, messageOf } from '../../../core/log/errors';
import { DamagedDatabase } from '../../../lmdb/damaged-database';
import { type ExpectedKind, unexpectedKind } from '../../../lmdb/file-kind';
import { verifyDatabase } from '../../../lmdb/verify-database';
import type { PacketDb, PacketDbChange, PacketDbKey } from './packet-db';
import { PacketDbReserve } from './packet-db-reserve';

const FILE = 'packets.mdb';
/** Packets are for their clients alone: no other user of the machine reads them from the disk. */
const PRIVATE_FILE = 0o600;
const PRIVATE_DIRECTORY = 0o700;
/** About how many bytes go into one transaction. */
const BATCH_BYTES = 8 << 20;
/** What a key and its share of a page take beside the value, at most. */
const ENTRY_BYTES = 8 << 10;

interface Write {
  readonly changes: readonly PacketDbChange[];
  /** 0 when it only removes. */
  readonly bytes: number;
  readonly done: () => void;
  readonly failed: (error: unknown) => void;
}

/** Keeps packets and clients in LMDB. What comes while a transaction is under way shares the next one. */
export class LmdbPacketDb implements PacketDb {
  readonly #root: RootDatabase<Buffer, [string, string, number]>;
  readonly #headroom: PacketDbReserve;
  readonly #queue: Write[] = [];
  #writing: Promise<void> | undefined;

  private constructor(path: string) {
    // With batching by event turn, lmdb makes a promise for each turn that nobody holds, and a commit that fails for lack of
    // room is an unhandled rejection that ends the process.
    const options = { overlappingSync: true, eventTurnBatching: false, permissionsMode: PRIVATE_FILE };
    this.#root = open(path, { ...options, encoding: 'binary' });
    this.#headroom = new PacketDbReserve(path, () => this.#used());
  }

  /** @param directory is made when there is none */
  static async open(directory: string): Promise<LmdbPacketDb> {
    for (const folder of [dirname(directory), directory]) await assertKind(folder, 'directory');
    await mkdir(directory, { recursive: true, mode: PRIVATE_DIRECTORY });
    const path = join(directory, FILE);
    await assertKind(`${path}-lock`, 'file');
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
    // After a commit that failed lmdb would wait for its flush for ever. One that writes nothing succeeds, and ends the wait.
    await this.#root.batch(() => void this.#root.remove(['nothing', '', 0]));
    await this.#root.close();
  }

  async #writeAll(): Promise<void> {
    while (this.#queue.length > 0) {
      const batch = this.#nextBatch();
      const { fitting, failed } = await this.#sift(batch);
      for (const [write, error] of failed) write.failed(storeFailure(error));
      try {
        await this.#commit(fitting);
        for (const write of fitting) write.done();
      } catch (error) {
        for (const write of fitting) write.failed(storeFailure(error));
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

  /** On a full disk, what only removes still gets through. That it overtakes the others does not matter: what is removed was there. */
  async #sift(batch: readonly Write[]): Promise<{ fitting: readonly Write[]; failed: [Write, unknown][] }> {
    const bytes = batch.reduce((sum, write) => sum + write.bytes, 0);
    try {
      await this.#headroom.reserve(bytes);
      return { fitting: batch, failed: [] };
    } catch (error) {
      const fits = (write: Write): boolean => write.bytes === 0 && this.#headroom.isEnoughToRemove;
      return {
        fitting: batch.filter(fits),
        failed: batch.filter((write) => !fits(write)).map((write) => [write, error]),
      };
    }
  }

  async #commit(batch: readonly Write[]): Promise<void> {
    try {
      await this.#root.batch(() => {
        for (const { changes } of batch) this.#apply(changes);
      });
    } catch (error) {
      throw await causeOf(error);
    }
  }

  /** Runs inside a batch, whose promise stands for those of all its writes. */
  #apply(changes: readonly PacketDbChange[]): void {
    for (const { key, value } of changes) {
      const [kind, owner, seq] = key;
      if (value === undefined) void this.#root.remove([kind, owner, seq]);
      else void this.#root.put([kind, owner, seq], value);
    }
  }

  #used(): number {
    const stats: { lastPageNumber?: number; pageSize?: number } = this.#root.getStats();
    const { lastPageNumber = 0, pageSize = 4096 } = stats;
    return (lastPageNumber + 1) * pageSize;
  }
}

/** LMDB would end the process over a lock file that is none. */
async function assertKind(path: string, expected: ExpectedKind): Promise<void> {
  const kind = await unexpectedKind(path, expected);
  if (kind !== undefined)
    throw new LogError('STORE_DAMAGED', `${path} is ${kind}, and not a ${expected}. Move it away`);
}

/** LMDB would end the process over a damaged file. */
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

/** lmdb rejects with a general error and keeps the reason in a promise, which would count as unhandled if nobody asked for it. */
async function causeOf(error: unknown): Promise<unknown> {
  if (typeof error !== 'object' || error === null || !('commitError' in error)) return error;
  try {
    await error.commitError;
  } catch (cause) {
    return cause;
  }
  return error;
}

/** LMDB's errors carry the number instead of the name. */
const NO_ROOM: readonly unknown[] = ['ENOSPC', 'EDQUOT', constants.errno.ENOSPC, constants.errno.EDQUOT];

function storeFailure(cause: unknown): LogError {
  const reason = typeof cause === 'object' && cause !== null && 'code' in cause ? cause.code : undefined;
  const code = NO_ROOM.includes(reason) ? 'STORE_FULL' : 'STORE_UNAVAILABLE';
  return new LogError(code, `Keeping packets failed: ${messageOf(cause)}`, { cause });
}
