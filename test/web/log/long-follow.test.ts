import { inBrowser } from '../../support/browser';
import { heapOf } from '../support/heap';
import { LogServer, measured, type Producer, shownLine } from './log-server';

const MB = 1024 * 1024;
/** By then everything that is kept is as large as it becomes. */
const WARM_LINES = 600_000;
const LINES = 3_000_000;
const LINES_PER_WRITE = 20_000;
/** Half a byte per line is less than anything that would be kept of each. */
const GROWTH_MAX = (LINES - WARM_LINES) / 2;

/** Every 20 lines a fold with a line in colour: more folds than a page keeps. */
function textOf(from: number, to: number): string {
  let text = '';
  for (let line = from; line <= to; line++) {
    if (line % 20 === 0) text += `::group::Step ${line}\n`;
    else if (line % 20 === 19) text += '::endgroup::\n';
    else text += line % 20 === 5 ? `\u001b[32mline ${line}\u001b[0m\n` : `line ${line}\n`;
  }
  return text;
}

async function write(producer: Producer, from: number, to: number): Promise<void> {
  for (let at = from; at <= to; at += LINES_PER_WRITE)
    await producer.write(textOf(at, Math.min(to, at + LINES_PER_WRITE - 1)));
}

describe('a log that is followed for long', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser('a page keeps no more of many lines than of some', async () => {
    const producer = await server.open('busy');
    const page = await server.page('/stream/busy');
    await page.locator('.state', { hasText: 'running' }).waitFor();
    const cdp = await measured(page);
    await write(producer, 1, WARM_LINES + 1);
    expect(await shownLine(page, WARM_LINES + 1)).toBe(`line ${WARM_LINES + 1}`);
    const before = await heapOf(cdp);
    await write(producer, WARM_LINES + 2, LINES + 1);
    expect(await shownLine(page, LINES + 1)).toBe(`line ${LINES + 1}`);
    const after = await heapOf(cdp);
    expect(after - before).toBeLessThanOrEqual(GROWTH_MAX);
    expect(after).toBeLessThanOrEqual(30 * MB);
    await producer.end();
  });
});
