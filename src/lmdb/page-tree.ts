import type { FileHandle } from 'node:fs/promises';
import { damagedPage, type Node, nodesOf, OVERFLOW_HEADER_BYTES, pageKindOf, pagesOfOverflow } from './page';
import type { Snapshot } from './snapshot';

/** How many pages are read at once. */
const SLAB_PAGES = 256;

interface PageRef {
  readonly page: number;
  /** The length of the value that begins there. */
  readonly bytes?: number;
}

/** Reads every page that a snapshot reaches, level by level and in the order of the file, so that the disk reads ahead. */
export class PageTree {
  readonly #seen: Uint8Array;

  /** @param damage called for each page that cannot be read; it may throw */
  constructor(
    private readonly file: FileHandle,
    private readonly snapshot: Snapshot,
    private readonly damage: (error: unknown) => void,
  ) {
    this.#seen = new Uint8Array(snapshot.lastPage + 1);
  }

  /** Calls `leaf` for each node of each leaf below `roots`, including those of named databases. */
  async walk(roots: readonly number[], leaf: (node: Node) => void): Promise<void> {
    for (let level: PageRef[] = roots.map((page) => ({ page })); level.length > 0; ) {
      const next: PageRef[] = [];
      for await (const [ref, page] of this.#read(level)) {
        this.#attempt(() => this.#visit(ref, page, leaf, next));
      }
      level = next;
    }
  }

  /** A value that has pages of its own. @throws DamagedDatabase */
  async valueAt({ page: number, bytes }: { readonly page: number; readonly bytes: number }): Promise<Buffer> {
    const { pageSize } = this.snapshot;
    const buffer = Buffer.alloc(OVERFLOW_HEADER_BYTES + bytes);
    const { bytesRead } = await this.file.read(buffer, 0, buffer.length, number * pageSize);
    if (bytesRead < buffer.length || pageKindOf(buffer, number) !== 'overflow') throw damagedPage(number);
    return buffer.subarray(OVERFLOW_HEADER_BYTES);
  }

  #visit({ page: number, bytes }: PageRef, page: Buffer, leaf: (node: Node) => void, next: PageRef[]): void {
    const kind = pageKindOf(page, number);
    if ((kind === 'overflow') !== (bytes !== undefined)) throw damagedPage(number);
    if (bytes !== undefined) {
      const room = pagesOfOverflow(page) * this.snapshot.pageSize - OVERFLOW_HEADER_BYTES;
      if (room < bytes || number + pagesOfOverflow(page) - 1 > this.snapshot.lastPage)
        throw damagedPage(number);
      return;
    }
    for (const node of nodesOf(page, number)) {
      if (kind === 'leaf') leaf(node);
      const below = node.child ?? node.root;
      if (below !== undefined) next.push({ page: below });
      if (node.overflow !== undefined) next.push(node.overflow);
    }
  }

  /** Each page is reached once: a cycle is damage. */
  async *#read(refs: readonly PageRef[]): AsyncIterable<[PageRef, Buffer]> {
    const sound = refs.filter(({ page }) => this.#attempt(() => this.#enter(page)));
    sound.sort((a, b) => a.page - b.page);
    const { pageSize } = this.snapshot;
    const slab = Buffer.alloc(SLAB_PAGES * pageSize);
    for (let index = 0; index < sound.length; ) {
      const from = sound[index]?.page ?? 0;
      const { bytesRead } = await this.file.read(slab, 0, slab.length, from * pageSize);
      for (; index < sound.length; index += 1) {
        const ref = sound[index];
        if (ref === undefined || ref.page >= from + SLAB_PAGES) break;
        const at = (ref.page - from) * pageSize;
        if (at + pageSize > bytesRead) this.damage(damagedPage(ref.page));
        else yield [ref, slab.subarray(at, at + pageSize)];
      }
    }
  }

  #enter(page: number): void {
    if (page < 2 || page > this.snapshot.lastPage || this.#seen[page] === 1) throw damagedPage(page);
    this.#seen[page] = 1;
  }

  #attempt(action: () => void): boolean {
    try {
      action();
      return true;
    } catch (error) {
      this.damage(error);
      return false;
    }
  }
}
