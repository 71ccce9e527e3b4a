import { PAGE_BYTES } from '../../../src/core/follow/page-size';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import { bytesKey } from '../../../src/storage/redis/schema/keys';
import { createLog, readAll } from '../../contract/logs';
import { withRedis } from './with-redis';

const ENTRIES = 10_000;
/** What both processes read in a few milliseconds. */
const PAGE_ENTRIES_MAX = 2_048;

describe('a log of entries of one byte', () => {
  it('the log is read whole, in pages of a bounded number of entries', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const { log, epoch } = await createLog(store);
      const adding = admin.pipeline();
      const key = bytesKey(log.id, log.generation, epoch);
      for (let end = 1; end <= ENTRIES; end += 1) adding.xadd(key, `${end}-${Date.now()}`, 'd', letter(end));
      await adding.exec();

      let entries = 0;
      for (let at: Offset = START; at < ENTRIES; ) {
        const page = await store.read(log, at, PAGE_BYTES);
        expect(page.chunks.length).toBeLessThanOrEqual(PAGE_ENTRIES_MAX);
        expect(page.next).toBe(advance(at, page.chunks.length));
        entries += page.chunks.length;
        at = page.next;
      }
      expect(entries).toBe(ENTRIES);
      const whole = Array.from({ length: ENTRIES }, (_, i) => letter(i + 1)).join('');
      expect((await readAll(store, log)).bytes.toString()).toBe(whole);
    }));
});

function letter(end: number): string {
  return String.fromCharCode(97 + (end % 26));
}
