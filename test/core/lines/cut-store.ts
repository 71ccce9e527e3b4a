import type { LogRef } from '../../../src/core/log/log';
import type { Offset } from '../../../src/core/log/offset';
import type { Page } from '../../../src/core/store/store';
import { MemoryStore } from '../../../src/storage/memory/memory-store';

/** Returns pages of any size, as long as that is allowed, and counts what it reads. */
export class CutStore extends MemoryStore {
  reads = 0;
  readBytes = 0;
  /** How often an index of lines was asked for. */
  loads = 0;

  /** @param pageBytesMax how large its pages are at most */
  constructor(private readonly pageBytesMax = Number.POSITIVE_INFINITY) {
    super();
  }

  override async read(log: LogRef, from: Offset, bytesMax: number): Promise<Page> {
    const page = await super.read(log, from, Math.min(bytesMax, this.pageBytesMax));
    this.reads += 1;
    this.readBytes += page.next - from;
    return page;
  }

  override loadLineIndex(log: LogRef): Promise<Buffer | undefined> {
    this.loads += 1;
    return super.loadLineIndex(log);
  }
}
