import type { Selected } from '../../../src/core/lines/live-selection';
import { LogLines } from '../../../src/core/lines/log-lines';
import {
  type Bounds,
  type Selection,
  type Start,
  StartBeyondEnd,
  select,
} from '../../../src/core/lines/selection';
import type { Writer } from '../../../src/core/log/log';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { at, infoOf, logOf, NEVER, seal } from './line-logs';

const TEXT = 'one\ntwo\nthree\nfo';

async function selectIn(
  store: MemoryStore,
  writer: Writer,
  start?: Start,
  bounds: Bounds = {},
): Promise<Selection> {
  const lines = new LogLines(store, { cacheBytes: 1 << 20 });
  return select(store, lines, await infoOf(store, writer), start, bounds, NEVER);
}

/** Passes on `text`, which comes live at that time, after `before`. */
function takeLive({ live }: Selection, text: string, committedAt: number, before = TEXT): Selected {
  const next = at(before.length + text.length);
  return live.take([Buffer.from(text)], next, [{ end: next, at: committedAt }]);
}

/** What of `chunks`, which come live after `TEXT`, is passed on. */
function passedOn({ live }: Selection, ...chunks: readonly string[]): string {
  let next = TEXT.length;
  return chunks
    .map((text) => {
      next += text.length;
      const { chunks, isOver } = live.take([Buffer.from(text)], at(next), [
        { end: at(next), at: Date.now() },
      ]);
      return Buffer.concat(chunks).toString() + (isOver ? '|' : '');
    })
    .join('');
}

describe('a selection of an open log', () => {
  it.each<[string, Start | undefined, Bounds, string, boolean]>([
    ['everything', undefined, {}, TEXT, false],
    ['from an offset', { kind: 'offset', offset: 4 }, {}, 'two\nthree\nfo', false],
    ['from an offset before the end', { kind: 'offset', offset: -3 }, {}, '\nfo', false],
    ['from more bytes before the end than there are', { kind: 'offset', offset: -99 }, {}, TEXT, false],
    ['from a line', { kind: 'line', line: 3 }, {}, 'three\nfo', false],
    ['from the last lines', { kind: 'tail', lines: 2 }, {}, 'three\nfo', false],
    ['from the end', { kind: 'tail', lines: 0 }, {}, '', false],
    ['since a time', { kind: 'since', at: 0 }, {}, TEXT, false],
    ['of some bytes', { kind: 'offset', offset: 1 }, { length: 4 }, 'ne\nt', true],
    ['of more bytes than there are', undefined, { length: 99 }, TEXT, false],
    ['of some lines', { kind: 'offset', offset: 5 }, { lines: 2 }, 'wo\nthree\n', true],
    ['of more lines than there are', { kind: 'line', line: 2 }, { lines: 3 }, 'two\nthree\nfo', false],
    ['until a time that has passed', undefined, { until: 1 }, '', true],
    ['until a time that is to come', undefined, { until: Date.now() + 3_600_000 }, TEXT, false],
  ])('%s has what is stored of it', async (_, start, bounds, text, isComplete) => {
    const store = new MemoryStore();
    const selection = await selectIn(store, await logOf(store, TEXT), start, bounds);
    expect(TEXT.slice(selection.from, selection.to)).toBe(text);
    expect(selection.isComplete).toBe(isComplete);
    expect(selection.first).toBe(selection.from);
  });

  it.each<[string, Start | undefined, Bounds, string]>([
    ['everything', undefined, {}, 'ur\nfive\nsix\n'],
    ['from an offset', { kind: 'offset', offset: TEXT.length + 4 }, {}, 'ive\nsix\n'],
    ['from a line', { kind: 'line', line: 6 }, {}, 'six\n'],
    ['from a line, some lines', { kind: 'line', line: 5 }, { lines: 1 }, 'five\n||'],
    ['since a time', { kind: 'since', at: Date.now() + 3_600_000 }, {}, ''],
    ['some bytes', undefined, { length: TEXT.length + 5 }, 'ur\nfi||'],
    ['some lines', undefined, { lines: 4 }, 'ur\n|||'],
    ['up to a time', undefined, { until: Date.now() + 3_600_000 }, 'ur\nfive\nsix\n'],
  ])('passes on %s of what is still to come', async (_, start, bounds, text) => {
    const store = new MemoryStore();
    const selection = await selectIn(store, await logOf(store, TEXT), start, bounds);
    expect(passedOn(selection, 'ur\nfi', 've\n', 'six\n').replace(/\|+$/, '')).toBe(text.replace(/\|+$/, ''));
  });

  it('ends with the line that was begun in time', async () => {
    const store = new MemoryStore();
    const until = Date.now() + 3_600_000;
    const selection = await selectIn(store, await logOf(store, TEXT), undefined, { until });
    expect(selection.live.endsAt).toBe(until);
    const taken = takeLive(selection, 'ur\nfive\n', until + 1);
    expect(Buffer.concat(taken.chunks).toString()).toBe('ur\n');
    expect(taken.isOver).toBe(true);
  });

  it('begins with the first line that is begun in time', async () => {
    const store = new MemoryStore();
    const since = Date.now() + 3_600_000;
    const selection = await selectIn(store, await logOf(store, TEXT), { kind: 'since', at: since });
    const { live } = selection;
    expect(takeLive(selection, 'ur', since - 1).chunks).toEqual([]);
    const taken = takeLive(selection, 's\nfive\n', since, `${TEXT}ur`);
    expect(Buffer.concat(taken.chunks).toString()).toBe('five\n');
    expect(taken.from).toBe(TEXT.length + 4);
    expect(live.skippedLines).toBe(1);
    expect(live.isPlain).toBe(true);
  });
});

describe('a selection of a closed log', () => {
  it.each<[Start, boolean]>([
    [{ kind: 'offset', offset: TEXT.length }, true],
    [{ kind: 'offset', offset: TEXT.length + 1 }, false],
    [{ kind: 'line', line: 5 }, true],
    [{ kind: 'line', line: 6 }, false],
    [{ kind: 'since', at: Date.now() + 3_600_000 }, true],
  ])('may begin at its end and not beyond: %j', async (start, isAllowed) => {
    const store = new MemoryStore();
    const writer = await logOf(store, TEXT);
    await seal(store, writer);
    const selected = selectIn(store, writer, start);
    if (!isAllowed) return expect(selected).rejects.toThrow(StartBeyondEnd);
    expect(await selected).toMatchObject({ from: TEXT.length, to: TEXT.length, isComplete: true });
  });
});
