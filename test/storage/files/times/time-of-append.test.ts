import { at, bytes, createLog, infoOf } from '../../../contract/logs';
import { readTimes, TestClock } from '../../../contract/timed';
import { withStore } from '../opened-store';
import { withDirectory } from '../temporary-directory';

const clock = new TestClock();
afterEach(() => clock.restore());

describe('the time of an append', () => {
  it('is not earlier than the end of its write, so that a reader that stopped at a time before has missed nothing', () =>
    withDirectory((directory) =>
      withStore(directory, async (store) => {
        const writer = await createLog(store);
        const begin = Date.now();
        clock.set(begin);
        const appended = store.append(writer, at(0), bytes('line\n'));
        // A reader with `until` looks at the tail now.
        clock.set(begin + 1_000);
        expect((await infoOf(store, writer.log.id)).tail).toBe(0);
        await appended;
        expect(await readTimes(store, writer.log)).toEqual(Array(5).fill(begin + 1_000));
        expect(await store.offsetAt(writer.log, begin + 1)).toBe(0);
        clock.restore();
      }),
    ));
});
