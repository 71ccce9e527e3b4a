import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../../support/loom-process';
import { sendTo } from '../send-to';
import { WatchedLog } from './watched-log';

const directory = mkdtempSync(join(tmpdir(), 'loom-web-'));
const LINES = 10_000;
let loom: LoomProcess;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: `file:${directory}` });
  await put('long', Array.from({ length: LINES }, (_, at) => `line ${at + 1}\n`).join(''));
  await put('short', 'one\ntwo');
  await put('one-line', 'x'.repeat(100_000));
});

afterAll(async () => {
  await loom.stop();
  rmSync(directory, { recursive: true });
});

async function put(id: string, body: string): Promise<void> {
  const response = await fetch(`${loom.url}/stream/${id}`, { method: 'PUT', body });
  await response.text();
}

/** A log whose lines the server counts only once it is told to, and what was asked of the server until then. */
function uncounted(id: string): { watched: WatchedLog; count: () => void; asked: string[] } {
  let count = (): void => undefined;
  const counted = new Promise<void>((resolve) => {
    count = resolve;
  });
  const asked: string[] = [];
  const send = sendTo(loom.url);
  const watched = new WatchedLog(
    loom.url,
    id,
    async (path, init) => {
      asked.push(path);
      if (path.includes('/index')) await counted;
      return send(path, init);
    },
    true,
  );
  return { watched, count, asked };
}

it('the first lines of a closed stream are there before all are counted, with their times', async () => {
  const { watched, count, asked } = uncounted('long');
  const { log } = watched;
  await watched.until('the first lines', () => log.line(100) !== undefined);
  expect([log.isCounted, log.bytes, log.facts?.state]).toEqual([false, 98_894, 'closed']);
  expect(log.lines).toBeLessThan(LINES);
  expect(log.line(log.lines)).toMatchObject({ text: `line ${log.lines}`, unfinished: false });
  expect(log.line(1)?.time).toBeGreaterThan(0);
  // Nothing else is asked for: the server would count for it.
  log.want(1, LINES);
  expect(asked.filter((path) => /line=|matches/.test(path))).toEqual([]);
  const known = log.lines;
  count();
  await watched.until('the count', () => log.isCounted);
  expect(log.lines).toBe(LINES);
  expect(await watched.texts(known - 1, known + 2)).toEqual(
    [-1, 0, 1, 2].map((more) => `line ${known + more}`),
  );
  log.close();
});

it('a stream that is shorter than what is read first is whole', async () => {
  const { watched, count } = uncounted('short');
  const { log } = watched;
  await watched.until('the lines', () => log.line(2) !== undefined);
  expect([log.lines, log.line(2)?.text, log.line(2)?.unfinished]).toEqual([2, 'two', true]);
  count();
  await watched.until('the end', ({ connection }) => connection.kind === 'ended');
  expect([log.lines, log.line(2)?.text]).toEqual([2, 'two']);
  log.close();
});

it('a first line that is longer than what is read first is read whole once lines are counted', async () => {
  const { watched, count, asked } = uncounted('one-line');
  const { log } = watched;
  await watched.until('the first read', () => asked.some((path) => path.includes('offset=0')));
  count();
  await watched.until('the end', ({ connection }) => connection.kind === 'ended');
  log.want(1, 1);
  await watched.until('the line', () => log.line(1) !== undefined);
  expect([log.lines, log.line(1)?.byteLength]).toEqual([1, 100_000]);
  log.close();
});
