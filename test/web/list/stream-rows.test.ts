import { type ListedStream, listedStream } from '../../../web/list/listed-stream';
import { STREAMS_MAX, StreamRows } from '../../../web/list/stream-rows';

const ALL = { prefix: '', state: '' } as const;

describe('the rows of the list', () => {
  it('a new stream comes to the top, and one of the same id takes its place', () => {
    const rows = rowsOf(['b', 2], ['a', 1]);
    expect(rows.apply(stream('c', 3), true)).toEqual({ index: 0, change: 1 });
    expect(rows.apply(stream('b', 2, 'closed'), true)).toBeUndefined();
    expect(shown(rows)).toEqual(['c open', 'b closed', 'a open']);
  });

  it('a stream that was replaced moves to the top', () => {
    const rows = rowsOf(['b', 2], ['a', 1]);
    rows.apply(stream('a', 5), true);
    expect(shown(rows)).toEqual(['a open', 'b open']);
  });

  it('an event that is older than the page changes nothing', () => {
    const rows = new StreamRows(ALL);
    rows.addPage([stream('a', 1, 'closed')]);
    rows.apply(stream('a', 1, 'open'), true);
    rows.apply(stream('a', 0, 'open'), true);
    expect(shown(rows)).toEqual(['a closed']);
  });

  it('a stream that leaves the filter is removed, and one that is outside never comes', () => {
    const rows = new StreamRows({ prefix: 'build-', state: 'open' });
    rows.addPage([stream('build-2', 2), stream('build-1', 1)]);
    expect(rows.apply(stream('build-2', 2, 'closed'), true)).toEqual({ index: 0, change: -1 });
    expect(rows.apply(stream('other', 3), true)).toBeUndefined();
    expect(rows.apply(stream('build-3', 3, 'closed'), true)).toBeUndefined();
    expect(shown(rows)).toEqual(['build-1 open']);
  });

  it('a stream behind the last row comes with its page, unless there are no more pages', () => {
    const rows = rowsOf(['b', 2]);
    expect(rows.apply(stream('a', 1), false)).toBeUndefined();
    expect(rows.apply(stream('a', 1), true)).toEqual({ index: 1, change: 1 });
    rows.addPage([stream('a', 1), stream('z', 0)]);
    expect(shown(rows)).toEqual(['b open', 'a open', 'z open']);
  });

  it('a removed stream is gone, and removing it again does nothing', () => {
    const rows = rowsOf(['b', 2], ['a', 1]);
    expect(rows.remove('b')).toEqual({ index: 0, change: -1 });
    expect(rows.remove('b')).toBeUndefined();
    expect(rows.has('b')).toBe(false);
    expect(shown(rows)).toEqual(['a open']);
  });

  it('the newest streams are kept if there are more than a page keeps', () => {
    const rows = new StreamRows(ALL);
    rows.addPage(Array.from({ length: STREAMS_MAX + 10 }, (_, at) => stream(`s${at}`, 100_000 - at)));
    expect(rows.count).toBe(STREAMS_MAX);
    expect(rows.isFull).toBe(true);
    rows.apply(stream('new', 200_000), false);
    expect(rows.count).toBe(STREAMS_MAX);
    expect(rows.at(0)?.id).toBe('new');
    expect(rows.has(`s${STREAMS_MAX - 1}`)).toBe(false);
  });
});

function rowsOf(...streams: readonly (readonly [id: string, created: number])[]): StreamRows {
  const rows = new StreamRows(ALL);
  rows.addPage(streams.map(([id, created]) => stream(id, created)));
  return rows;
}

function stream(id: string, created: number, state: 'open' | 'closed' = 'open'): ListedStream {
  const at = new Date(Date.UTC(2026, 0, 1) + created * 1000).toISOString();
  const outcome = state === 'closed' && { outcome: 'complete' };
  return listedStream({ id, state, ...outcome, bytes: 0, metadata: null, createdAt: at, updatedAt: at });
}

function shown(rows: StreamRows): string[] {
  return Array.from({ length: rows.count }, (_, at) => `${rows.at(at)?.id} ${rows.at(at)?.state}`);
}
