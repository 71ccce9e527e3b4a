import { advance, type Offset, START } from '../../../src/core/log/offset';
import { type MarksRun, RecentTimes } from '../../../src/storage/files/times/recent-times';
import type { TimesView } from '../../../src/storage/files/times/times-view';

const VIEW: TimesView = { path: 'times', records: 2, newest: [] };
const RUN: MarksRun = { marks: [{ end: at(100), at: 1 }], isEnd: false };

function at(offset: number): Offset {
  return advance(START, offset);
}

describe('the times that were read last', () => {
  it('are not read again for the pages that they cover', async () => {
    const read = jest.fn(async () => RUN);
    const recent = new RecentTimes();
    await recent.read(VIEW, at(10), at(20), read);
    expect(await recent.read(VIEW, at(20), at(100), read)).toMatchObject(RUN);
    expect(read).toHaveBeenCalledTimes(1);
    await recent.read(VIEW, at(20), at(101), read);
    await recent.read(VIEW, at(9), at(20), read);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('are read again when the sidecar has more records, or others', async () => {
    const read = jest.fn(async () => RUN);
    const recent = new RecentTimes();
    await recent.read(VIEW, at(10), at(20), read);
    await recent.read({ ...VIEW, records: 3 }, at(10), at(20), read);
    recent.forget(VIEW.path);
    await recent.read({ ...VIEW, records: 3 }, at(10), at(20), read);
    expect(read).toHaveBeenCalledTimes(3);
  });

  it('are not kept if the sidecar changes while it is read', async () => {
    const recent = new RecentTimes();
    await recent.read(VIEW, at(10), at(20), async () => {
      recent.forget(VIEW.path);
      return RUN;
    });
    const read = jest.fn(async () => RUN);
    await recent.read(VIEW, at(10), at(20), read);
    expect(read).toHaveBeenCalledTimes(1);
  });
});
