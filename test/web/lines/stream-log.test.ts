import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../../support/loom-process';
import { LiveProducer } from './live-producer';
import { WatchedLog } from './watched-log';

const directory = mkdtempSync(join(tmpdir(), 'loom-web-'));
let loom: LoomProcess;
let watched: WatchedLog | undefined;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: `file:${directory}` });
});

afterEach(() => watched?.log.close());

afterAll(async () => {
  await loom.stop();
  rmSync(directory, { recursive: true });
});

async function put(id: string, body: string): Promise<void> {
  const response = await fetch(`${loom.url}/stream/${id}?force=true`, { method: 'PUT', body });
  await response.text();
}

function watch(id: string): WatchedLog {
  watched = new WatchedLog(loom.url, id);
  return watched;
}

function numbered(count: number, from = 1): string[] {
  return Array.from({ length: count }, (_, at) => `line ${from + at}`);
}

describe('a closed stream', () => {
  it('every line has its text, its number, its offset and its time', async () => {
    await put('closed', numbered(2_345).join('\n'));
    const { log } = watch('closed');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    expect([log.lines, log.bytes, log.facts?.state, log.facts?.outcome]).toEqual([
      2_345,
      22_342,
      'closed',
      'complete',
    ]);
    expect(await watched?.texts(1, 2_345)).toEqual(numbered(2_345));
    const line = log.line(2_345);
    expect(line).toMatchObject({
      number: 2_345,
      offset: 22_333,
      byteLength: 9,
      cut: false,
      unfinished: true,
    });
    expect(Math.abs((line?.time ?? 0) - Date.now())).toBeLessThan(300_000);
    expect(log.line(2_345)).toBe(line);
  });

  it('lines far away are loaded without those between', async () => {
    await put('far', numbered(100_000).join('\n'));
    const { log } = watch('far');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    expect(await watched?.texts(77_770, 77_780)).toEqual(numbered(11, 77_770));
    expect(log.line(50_000)).toBeUndefined();
    expect(log.estimateOffset(77_001)).toBe(numbered(77_000).join('\n').length + 1);
  });

  it('lines that are longer than an answer are cut, and their neighbours are there', async () => {
    const long = 'x'.repeat(600_000);
    await put('long', ['first', long, 'between', `${long}y`, 'last', ''].join('\n'));
    const { log } = watch('long');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    const texts = await watched?.texts(1, 5);
    expect(texts?.map((text) => text.length)).toEqual([5, 4_096, 7, 4_096, 4]);
    expect(log.line(2)).toMatchObject({ offset: 6, cut: true, byteLength: undefined });
    expect(log.line(5)).toMatchObject({ cut: false, unfinished: false });
    expect((await log.whole(4)).text).toBe(`${long}y`);
  });

  it('a style goes on over lines that are loaded later, if it was set shortly before', async () => {
    const lines = ['\u001b[31mred', ...numbered(700), '\u001b[0mplain', ...numbered(700)];
    await put('styled', lines.join('\n'));
    const { log } = watch('styled');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    log.want(600, 610);
    await watched?.until('red', () => log.line(605)?.spans[0]?.style.color === 1);
    expect(await watched?.texts(1_300, 1_300)).toEqual(['line 598']);
    expect(log.line(1_300)?.spans[0]?.style).toEqual({});
  });

  it('characters of several bytes are whole wherever answers were split', async () => {
    const lines = Array.from({ length: 3_000 }, (_, at) => `${'ä€😀'.repeat(at % 40)} ${at}`);
    await put('utf8', lines.join('\n'));
    watch('utf8');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    expect(await watched?.texts(1, 3_000)).toEqual(lines);
  });

  it('a byte and a time lead to a line', async () => {
    await put('places', numbered(100).join('\n'));
    const { log } = watch('places');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    expect(await log.lineOfOffset(7)).toBe(2);
    expect(await log.lineOfOffset(1_000_000)).toBeUndefined();
    expect(await log.lineOfTime(0)).toBe(1);
    expect(await log.lineOfTime(Date.now() + 86_400_000)).toBe(100);
  });

  it('headings of closed folds are loaded without the lines between them', async () => {
    const fold = (_: unknown, at: number): string => `::group::${at}\n${'x\n'.repeat(5_000)}::endgroup::`;
    await put('headings', Array.from({ length: 20 }, fold).join('\n'));
    const { log } = watch('headings');
    await watched?.until('the folds', ({ folds }) => folds.count === 20 && folds.rows.rows === 20);
    log.want(1, log.lines);
    const headings = Array.from({ length: 20 }, (_, at) => 1 + at * 5_002);
    await watched?.until('the headings', () => headings.every((line) => log.line(line) !== undefined));
    expect(log.line(10_005)?.text).toBe('::group::2');
    expect(log.line(2_500)).toBeUndefined();
  });

  it('a million empty lines are as quick to reach as others', async () => {
    await put('blank', '\n'.repeat(1_000_000));
    const { log } = watch('blank');
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    expect([log.lines, await watched?.texts(999_999, 1_000_000)]).toEqual([1_000_000, ['', '']]);
  });

  it('an empty one has no lines', async () => {
    await put('empty', '');
    const { log } = watch('empty');
    log.want(1, 100);
    await watched?.until('the end', ({ connection }) => connection.kind === 'ended');
    expect([log.lines, log.line(1), log.folds.rows.rows]).toEqual([0, undefined, 0]);
  });
});

describe('an open stream', () => {
  it('folds of stored lines and of those that arrive are one tree', async () => {
    const producer = await LiveProducer.start(loom.url, 'folds');
    await producer.write(
      `::group::old\nx\n::endgroup::\n${numbered(300).join('\n')}\n::group::new\n::error::bad\n`,
    );
    const { log } = watch('folds');
    await watched?.until('the stored folds', () => !log.folds.isLoading);
    expect([log.folds.at(1)?.closed, log.folds.at(304)?.end]).toEqual([true, undefined]);
    await producer.write('y\n::endgroup::\n');
    await watched?.until('the end of the fold', () => log.folds.at(304)?.end === 307);
    expect(log.folds.annotations).toEqual([{ line: 305, level: 'error', message: 'bad' }]);
    expect([log.folds.rows.rows, log.folds.rows.lineAt(1)]).toEqual([305, 4]);
    await producer.end();
  });

  it('of an unfinished line that is longer than an answer the begin is there, and the lines behind it arrive', async () => {
    const producer = await LiveProducer.start(loom.url, 'long-open');
    await producer.write(`first\n${'x'.repeat(700_000)}`);
    const { log } = watch('long-open');
    await watched?.until('a connection', () => log.connection.kind === 'live');
    expect((await watched?.texts(1, 2))?.map((text) => text.length)).toEqual([5, 4_096]);
    await producer.write('xx\nnext\n');
    await watched?.until('the next line', () => log.line(3)?.text === 'next');
    expect([log.lines, log.bytes]).toEqual([3, 700_014]);
    expect(log.line(3)).toMatchObject({ offset: 700_009 });
    await producer.end();
  });

  it('its last lines are there at once, and new ones arrive', async () => {
    const producer = await LiveProducer.start(loom.url, 'open');
    await producer.write(`${numbered(1_000).join('\n')}\n`);
    const { log } = watch('open');
    await watched?.until('the last line', () => log.line(1_000)?.text === 'line 1000');
    expect([log.connection.kind, log.line(801)?.text, log.line(800)]).toEqual([
      'live',
      'line 801',
      undefined,
    ]);
    await producer.write('unfin');
    await watched?.until('a part', () => log.line(1_001)?.text === 'unfin');
    expect(log.line(1_001)?.unfinished).toBe(true);
    await producer.write('ished\nnext\n');
    await watched?.until('the rest', () => log.lines === 1_002);
    expect(log.line(1_001)).toMatchObject({ text: 'unfinished', unfinished: false });
    await producer.end();
    await watched?.until('the end', () => log.connection.kind === 'ended');
    expect(log.facts?.outcome).toBe('complete');
    expect(await watched?.texts(1, 1_002)).toEqual([...numbered(1_000), 'unfinished', 'next']);
  });

  it('it may be empty at first', async () => {
    const producer = await LiveProducer.start(loom.url, 'nothing-yet');
    const { log } = watch('nothing-yet');
    log.want(1, 50);
    await watched?.until('a connection', () => log.connection.kind === 'live');
    await producer.write('hello\n');
    await watched?.until('a line', () => log.line(1)?.text === 'hello');
    await producer.end();
  });

  it('many lines that arrive at once are all there afterwards', async () => {
    const producer = await LiveProducer.start(loom.url, 'burst');
    const { log } = watch('burst');
    await watched?.until('a connection', () => log.connection.kind === 'live');
    await producer.write(`${numbered(150_000).join('\n')}\n`);
    await producer.end();
    await watched?.until('the end', () => log.connection.kind === 'ended');
    expect(log.lines).toBe(150_000);
    for (const from of [1, 75_000, 149_501])
      expect(await watched?.texts(from, from + 499)).toEqual(numbered(500, from));
  });

  it('no line is lost or doubled when the server is killed', async () => {
    const producer = await LiveProducer.start(loom.url, 'killed');
    await producer.write(`${numbered(500).join('\n')}\nhalf of `);
    const { log } = watch('killed');
    await watched?.until('the lines', () => log.line(501)?.text === 'half of ');
    await loom.restart('SIGKILL');
    await watched?.until('it is noticed', () => log.connection.kind === 'away');
    await watched?.until('it is back', () => log.connection.kind === 'live');
    await producer.resume(`a line\n${numbered(500, 502).join('\n')}\n`);
    await watched?.until('the end', () => log.connection.kind === 'ended');
    const expected = [...numbered(500), 'half of a line', ...numbered(500, 502)];
    expect(log.lines).toBe(1_001);
    expect(await watched?.texts(1, 1_001)).toEqual(expected);
  });

  it('a stream that is replaced is a state, and what was loaded remains', async () => {
    const producer = await LiveProducer.start(loom.url, 'replaced');
    await producer.write('the first\n');
    const { log } = watch('replaced');
    await watched?.until('a line', () => log.line(1)?.text === 'the first');
    await put('replaced', 'the second\n');
    await watched?.until('the other one', () => log.connection.kind === 'replaced');
    expect(log.connection).toMatchObject({ generation: expect.any(String) });
    expect(log.line(1)?.text).toBe('the first');
    producer.abandon();
  });

  it('a stream that is deleted is a state', async () => {
    const producer = await LiveProducer.start(loom.url, 'deleted');
    await producer.write('the first\n');
    const { log } = watch('deleted');
    await watched?.until('a line', () => log.line(1)?.text === 'the first');
    await fetch(`${loom.url}/stream/deleted`, { method: 'DELETE' });
    await watched?.until('it is gone', () => log.connection.kind === 'gone');
    producer.abandon();
  });
});

it('a stream that does not exist is a state, and may be tried again', async () => {
  const { log } = watch('later');
  log.want(1, 10);
  await watched?.until('it is missing', () => log.connection.kind === 'missing');
  await put('later', 'here\n');
  log.retry();
  await watched?.until('it is there', () => log.line(1)?.text === 'here');
});
