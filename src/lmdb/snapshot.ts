import type { FileHandle } from 'node:fs/promises';
import { readBootId } from './boot-id';
import { DamagedDatabase } from './damaged-database';

/** What LMDB reads when it opens a file: the pages that a committed transaction left. */
export interface Snapshot {
  readonly pageSize: number;
  /** The highest page number in use. */
  readonly lastPage: number;
  /** Roots of the tree of free pages and of the tree of named databases; `undefined` for an empty one. */
  readonly roots: readonly (number | undefined)[];
  readonly transaction: bigint;
  readonly boot: bigint;
  /** It may only be in the kernel's cache. */
  readonly isUnsynced: boolean;
}

/** Offsets in a page that describes a snapshot (`MDB_page_header`, followed by `MDB_meta`). */
const META = {
  flags: 18,
  magic: 24,
  version: 28,
  pageSize: 48,
  databaseFlags: 52,
  freeRoot: 88,
  mainRoot: 136,
};
const MORE = { lastPage: 144, transaction: 152, boot: 160, bytes: 168 };
const META_FLAG = 0x08;
const MAGIC = 0xbeefc0de;
const VERSION = 2;
const UNSYNCED_FLAG = 0x1000;
const PAGE_SIZES: readonly number[] = [256, 512, 1024, 2048, 4096, 8192, 16_384, 32_768, 65_536];
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/**
 * The snapshot that lmdb-js will use. Transactions write to the pages 0 and 1 alternately, and the middle of page 0 has the last one that
 * was certainly on the disk. LMDB maps the file without checking most of this, and a wrong number ends the process by a signal.
 *
 * @throws DamagedDatabase
 */
export async function readSnapshot(file: FileHandle): Promise<Snapshot> {
  const first = await readMeta(file, 0, 'first');
  const second = await readMeta(file, first.pageSize, 'second');
  const boot = await currentBoot();
  const picked = pick(pick(first, second, boot), await readSynced(file, first.pageSize), boot);
  assertInside(picked, (await file.stat()).size);
  return picked;
}

/** The last snapshot that a damaged file still describes. */
export async function lastReadableSnapshot(file: FileHandle): Promise<Snapshot | undefined> {
  const found = await Promise.all(
    [0, ...PAGE_SIZES].map((at) => readMeta(file, at, 'last').catch(() => undefined)),
  );
  const metas = found.filter((meta) => meta !== undefined);
  return metas.sort((a, b) => Number(b.transaction - a.transaction))[0];
}

async function readMeta(file: FileHandle, at: number, which: string): Promise<Snapshot> {
  const page = await readAt(file, at, MORE.bytes);
  if (page === undefined) throw new DamagedDatabase(`it ends within its ${which} page`);
  const isMeta = (page.readUInt16LE(META.flags) & META_FLAG) !== 0 && page.readUInt32LE(META.magic) === MAGIC;
  if (!isMeta) throw new DamagedDatabase(`its ${which} page is not that of an LMDB database`);
  const version = page.readUInt32LE(META.version) & 0xffff;
  if (version !== VERSION)
    throw new DamagedDatabase(`its ${which} page has the version ${version}, not ${VERSION}`);
  const meta = parse(page);
  if (!PAGE_SIZES.includes(meta.pageSize)) throw new DamagedDatabase(`its ${which} page is unreadable`);
  return meta;
}

/** It has neither magic nor flags, and is all zeros until the first sync. */
async function readSynced(file: FileHandle, pageSize: number): Promise<Snapshot | undefined> {
  const page = await readAt(file, pageSize / 2, MORE.bytes);
  if (page === undefined || page.readBigUInt64LE(MORE.transaction) === 0n) return undefined;
  const synced = parse(page);
  if (synced.pageSize !== pageSize) throw new DamagedDatabase('its record of the last sync is unreadable');
  return synced;
}

function parse(page: Buffer): Snapshot {
  const rootAt = (at: number): number | undefined => {
    const root = page.readBigUInt64LE(at);
    return root === NO_PAGE ? undefined : Number(root);
  };
  return {
    pageSize: page.readUInt32LE(META.pageSize),
    lastPage: Number(page.readBigUInt64LE(MORE.lastPage)),
    roots: [rootAt(META.freeRoot), rootAt(META.mainRoot)],
    transaction: page.readBigUInt64LE(MORE.transaction),
    boot: page.readBigInt64LE(MORE.boot),
    isUnsynced: (page.readUInt16LE(META.databaseFlags) & UNSYNCED_FLAG) !== 0,
  };
}

function assertInside({ pageSize, lastPage, roots }: Snapshot, size: number): void {
  const isInside = roots.every((root) => root === undefined || (root > 1 && root <= lastPage));
  if (lastPage < 1 || !isInside) throw new DamagedDatabase('its first pages are unreadable');
  const bytes = (lastPage + 1) * pageSize;
  if (bytes > size) throw new DamagedDatabase(`it has ${size} bytes of ${bytes}: its end is missing`);
}

/** Like `mdb_pick_meta`: the later one, unless it may not have reached the disk before the machine went down. */
function pick(a: Snapshot, b: Snapshot | undefined, boot: bigint): Snapshot {
  if (b === undefined || b.transaction === 0n) return a;
  const later = a.transaction >= b.transaction ? a : b;
  const isWhole = !later.isUnsynced || (later.boot !== 0n && later.boot === boot);
  const earlier = a.transaction > b.transaction ? b : a;
  return isWhole ? later : earlier;
}

/** Computed as lmdb-js does: the first group of the kernel's boot id. 0 where that is unknown. */
async function currentBoot(): Promise<bigint> {
  const digits = /^[0-9a-f]+/i.exec(await readBootId())?.[0];
  return digits === undefined ? 0n : BigInt(`0x${digits}`);
}

async function readAt(file: FileHandle, at: number, bytes: number): Promise<Buffer | undefined> {
  const buffer = Buffer.alloc(bytes);
  const { bytesRead } = await file.read(buffer, 0, bytes, at);
  return bytesRead === bytes ? buffer : undefined;
}
