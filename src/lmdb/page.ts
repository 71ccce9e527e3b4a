import { DamagedDatabase } from './damaged-database';

/** Offsets in a page and in its nodes (`MDB_page_header`, `MDB_node`). */
const HEADER_BYTES = 24;
const PAGE = { flags: 18, lower: 20, upper: 22, overflowPages: 20 };
const NODE = { low: 0, high: 2, flags: 4, keyBytes: 6, bytes: 8 };
const BRANCH = 0x01;
const LEAF = 0x02;
const OVERFLOW = 0x04;
const KINDS = BRANCH | LEAF | OVERFLOW;
const IN_OVERFLOW = 0x01;
const IS_DATABASE = 0x02;
const ROOT_IN_DATABASE = 40;
const DATABASE_BYTES = 48;
const POINTER_BYTES = 8;
const NO_PAGE = 0xffff_ffff_ffff_ffffn;

/** An entry of a branch or a leaf. */
export interface Node {
  /** The page below, for an entry of a branch. */
  readonly child?: number;
  readonly key: Buffer;
  /** The value of the key, unless it has pages of its own. */
  readonly value: Buffer;
  readonly overflow?: { readonly page: number; readonly bytes: number };
  /** The root of the named database that this entry describes; absent for an empty database. */
  readonly root?: number;
}

type PageKind = 'branch' | 'leaf' | 'overflow';

/** @throws DamagedDatabase when the buffer is not that page, or not of a kind that a tree has */
export function pageKindOf(page: Buffer, number: number): PageKind {
  const kind = page.readUInt16LE(PAGE.flags) & KINDS;
  if (page.readBigUInt64LE(0) === BigInt(number)) {
    if (kind === BRANCH) return 'branch';
    if (kind === LEAF) return 'leaf';
    if (kind === OVERFLOW) return 'overflow';
  }
  throw damagedPage(number);
}

/** How many pages an overflow page has, of which this is the first. */
export function pagesOfOverflow(page: Buffer): number {
  return page.readUInt32LE(PAGE.overflowPages);
}

/** Where the value begins in the first page. */
export const OVERFLOW_HEADER_BYTES = HEADER_BYTES;

/** The nodes of a branch or a leaf. @throws DamagedDatabase when one is not inside its page */
export function* nodesOf(page: Buffer, number: number): Iterable<Node> {
  const count = page.readUInt16LE(PAGE.lower) >> 1;
  const end = HEADER_BYTES + page.readUInt16LE(PAGE.upper);
  if (HEADER_BYTES + 2 * count > end || end > page.length) throw damagedPage(number);
  const isLeaf = pageKindOf(page, number) === 'leaf';
  for (let index = 0; index < count; index += 1) {
    const at = HEADER_BYTES + page.readUInt16LE(HEADER_BYTES + 2 * index);
    if (at + NODE.bytes > page.length) throw damagedPage(number);
    yield isLeaf ? leafNode(page, number, at) : branchNode(page, number, at);
  }
}

function branchNode(page: Buffer, number: number, at: number): Node {
  const key = keyAt(page, number, at);
  return {
    key,
    value: page.subarray(0, 0),
    child: lowOf(page, at) + page.readUInt16LE(at + NODE.flags) * 2 ** 32,
  };
}

function leafNode(page: Buffer, number: number, at: number): Node {
  const key = keyAt(page, number, at);
  const flags = page.readUInt16LE(at + NODE.flags);
  const bytes = lowOf(page, at);
  const isFar = (flags & IN_OVERFLOW) !== 0;
  const from = at + NODE.bytes + key.length;
  const to = from + (isFar ? POINTER_BYTES : bytes);
  if (to > page.length) throw damagedPage(number);
  const value = page.subarray(from, to);
  if (isFar) return { key, value, overflow: { page: Number(value.readBigUInt64LE()), bytes } };
  if ((flags & IS_DATABASE) === 0) return { key, value };
  if (bytes !== DATABASE_BYTES) throw damagedPage(number);
  const root = value.readBigUInt64LE(ROOT_IN_DATABASE);
  return { key, value, ...(root !== NO_PAGE && { root: Number(root) }) };
}

function keyAt(page: Buffer, number: number, at: number): Buffer {
  const from = at + NODE.bytes;
  const to = from + page.readUInt16LE(at + NODE.keyBytes);
  if (to > page.length) throw damagedPage(number);
  return page.subarray(from, to);
}

function lowOf(page: Buffer, at: number): number {
  return page.readUInt16LE(at + NODE.low) + page.readUInt16LE(at + NODE.high) * 2 ** 16;
}

export function damagedPage(number: number): DamagedDatabase {
  return new DamagedDatabase(`its page ${number} is unreadable`);
}
