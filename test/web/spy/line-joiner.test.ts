import { PLAIN } from '../../../web/ansi/span';
import { JsonLines } from '../../../web/spy/json-lines';
import { LINES_MAX, LineBuffer } from '../../../web/spy/line-buffer';
import { LINE_LENGTH_MAX, LineJoiner } from '../../../web/spy/line-joiner';
import type { SpyLine } from '../../../web/spy/spy-line';
import { StreamColors } from '../../../web/spy/stream-colors';

const RED = '\u001b[31m';

describe('the lines of live streams', () => {
  it('the pieces of a line are joined, though another stream writes in between', () => {
    const { joiner, lines, add } = joined();
    add('a', 'one, ');
    add('b', 'other\n');
    add('a', 'two\nthree\n\nfour');
    expect(lines.map(({ id, text }) => `${id} ${text}`)).toEqual([
      'a one, two',
      'b other',
      'a three',
      'a ',
      'a four',
    ]);
    expect(joiner.liveCount).toBe(2);
  });

  it('a style that a line leaves on holds for the next line of its stream alone', () => {
    const { lines, add } = joined();
    add('a', `${RED}one\n`);
    add('b', 'other\n');
    add('a', 'two\n');
    expect(lines.map(({ style }) => style)).toEqual([PLAIN, PLAIN, { color: 1 }]);
  });

  it('skipped and lost bytes are said, and the text after them begins a line of its own', () => {
    const { joiner, lines, add } = joined();
    add('a', `${RED}begun`);
    lines.push(...joiner.add({ id: 'a', event: 'skipped', bytes: 4711 }).added);
    add('a', 'rest\n');
    lines.push(...joiner.add({ id: 'a', event: 'lost', lost: { from: 5, to: 10 } }).added);
    expect(lines.map(({ kind, text }) => `${kind} ${text}`)).toEqual([
      `output ${RED}begun`,
      'gap 4,711 bytes skipped: they came faster than they were read',
      'output rest',
      'gap bytes 5 to 10 are lost',
    ]);
    expect(lines.at(2)?.style).toEqual(PLAIN);
  });

  it('a line that never ends does not grow without bound', () => {
    const { lines, add } = joined();
    for (let at = 0; at < 100; at++) add('a', 'x'.repeat(1_000));
    expect(lines).toHaveLength(1);
    expect(lines[0]?.text).toHaveLength(LINE_LENGTH_MAX);
  });
});

describe('the kept lines', () => {
  it('the newest are kept, and those that were shown and dropped are counted', () => {
    const buffer = new LineBuffer();
    buffer.setFilter(({ text }) => text.endsWith('0'));
    for (let key = 0; key < LINES_MAX + 100; key++) buffer.add(line(key, `${key}`));
    expect(buffer.length).toBe(LINES_MAX);
    expect(buffer.shown.first?.text).toBe('100');
    expect(buffer.takeDropped()).toBe(10);
    expect(buffer.takeDropped()).toBe(0);
  });

  it('long lines are dropped sooner', () => {
    const buffer = new LineBuffer();
    for (let key = 0; key < LINES_MAX; key++) buffer.add(line(key, 'x'.repeat(4_000)));
    expect(buffer.length).toBe(2_000);
  });

  it('a line that grows to what the filter wants is shown in its place', () => {
    const buffer = new LineBuffer();
    buffer.setFilter(({ text }) => text.includes('error'));
    const grown = line(1, 'err');
    for (const one of [line(0, 'error a'), grown, line(2, 'error b')]) buffer.add(one);
    grown.text += 'or';
    buffer.grown(grown);
    buffer.grown(grown);
    expect([...buffer.shown].map(({ key }) => key)).toEqual([0, 1, 2]);
    expect(buffer.firstAfter(1)).toBe(2);
  });

  it('lines that grow long are dropped as those that came so long', () => {
    const buffer = new LineBuffer();
    for (let key = 0; key < LINES_MAX; key++) {
      const one = line(key, 'x');
      buffer.add(one);
      one.text = 'x'.repeat(4_000);
      buffer.grown(one);
    }
    expect(buffer.length).toBe(2_000);
  });

  it('a line of another buffer that grows is not shown in this one', () => {
    const [shown, waiting] = [new LineBuffer(), new LineBuffer()];
    shown.add(line(0, 'shown'));
    const grown = line(1, 'wait');
    waiting.add(grown);
    grown.text += 'ing';
    for (const buffer of [shown, waiting]) buffer.grown(grown);
    expect([shown, waiting].map((buffer) => [...buffer.shown].map(({ text }) => text))).toEqual([
      ['shown'],
      ['waiting'],
    ]);
  });
});

it('twelve live streams have twelve colours, and one that ended gives its colour back', () => {
  const colors = new StreamColors();
  const ids = Array.from({ length: 12 }, (_, at) => `stream-${at}`);
  expect(new Set(ids.map((id) => colors.of(id))).size).toBe(12);
  expect(colors.of('stream-3')).toBe(colors.of('stream-3'));
  const free = colors.of('stream-5');
  colors.release('stream-5');
  expect(colors.of('another')).toBe(free);
});

it('objects are parsed wherever their text is cut', () => {
  const lines = new JsonLines<unknown>();
  expect(lines.add('{"id":"a"')).toEqual([]);
  expect(lines.add('}\n{"id":"b"}\n \n{')).toEqual([{ id: 'a' }, { id: 'b' }]);
  expect(() => lines.add('x'.repeat(5_000_000))).toThrow(RangeError);
});

function joined(): { joiner: LineJoiner; lines: SpyLine[]; add(id: string, text: string): void } {
  const joiner = new LineJoiner();
  const lines: SpyLine[] = [];
  return { joiner, lines, add: (id, text) => void lines.push(...joiner.add({ id, text }).added) };
}

function line(key: number, text: string): SpyLine {
  return { key, id: 'a', color: 0, kind: 'output', text, counted: 0, style: PLAIN };
}
