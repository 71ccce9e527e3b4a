import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { LogServer, numbered, shownLine } from './log-server';

/** What the clipboard would get. */
const COPY = `(() => {
  const data = new DataTransfer();
  const event = new ClipboardEvent('copy', { clipboardData: data, bubbles: true, cancelable: true });
  const isDefault = document.dispatchEvent(event);
  return isDefault ? getSelection().toString() : data.getData('text/plain');
})()`;

describe('times, long lines and copies', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
    await server.create('lines', numbered(1, 20_000));
    await server.create('long', `short\n${'long '.repeat(2_000)}\n${numbered(3, 2_000)}`);
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  inBrowser('the key t goes through the times: off, since the start, local, UTC', async () => {
    const page = await server.page('/stream/lines', { timezoneId: 'Asia/Tokyo' });
    await shownLine(page, 1);
    const time = (): Promise<string | undefined> =>
      page.evaluate(`document.querySelector('.row .time')?.textContent`);
    const seen = [await time()];
    for (let press = 0; press < 4; press++) {
      await page.keyboard.press('t');
      seen.push(await time());
    }
    expect(seen).toEqual([
      undefined,
      expect.stringMatching(/^\+\d/),
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}$/),
      expect.stringMatching(/^\d\d:\d\d:\d\d\.\d{3}Z$/),
      undefined,
    ]);
    expect(Number(seen[2]?.slice(0, 2))).toBe((Number(seen[3]?.slice(0, 2)) + 9) % 24);
  });

  inBrowser('a copy has the text of the lines without their numbers and times', async () => {
    const page = await server.page('/stream/lines');
    await shownLine(page, 1);
    await page.keyboard.press('t');
    await select(page, { line: 2, column: 5 }, { line: 4, column: 4 });
    expect(await page.evaluate(COPY)).toBe('2\nline 3\nline');
  });

  inBrowser('a copy has lines that are not in the document any more', async () => {
    const page = await server.page('/stream/lines', { permissions: ['clipboard-read', 'clipboard-write'] });
    await shownLine(page, 10);
    await text(page, 10).click({ position: { x: 1, y: 9 } });
    await page.evaluate(`document.querySelector('.log').scrollTop = 18 * 15000`);
    await shownLine(page, 15_010);
    await text(page, 15_010).click({ modifiers: ['Shift'], position: { x: 74, y: 9 } });
    await page.keyboard.press('Control+c');
    await page.locator('.notice', { hasText: 'Copied 15,001 lines' }).waitFor();
    const copied: string = await page.evaluate('navigator.clipboard.readText()');
    expect(copied).toBe(numbered(10, 15_010).trimEnd());
  });

  inBrowser('a copy of all that is selected is the whole log and nothing else', async () => {
    const page = await server.page('/stream/lines', { permissions: ['clipboard-read', 'clipboard-write'] });
    await shownLine(page, 1);
    await page.keyboard.press('Control+a');
    await page.keyboard.press('Control+c');
    await page.locator('.notice', { hasText: 'Copied 20,000 lines' }).waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toBe(numbered(1, 20_000).trimEnd());
  });

  inBrowser('wrapping keeps the first visible line, and the end can be reached', async () => {
    const page = await server.page('/stream/long#L1000');
    await shownLine(page, 1_000);
    const first = await firstVisible(page);
    await page.keyboard.press('w');
    await page.locator('.log.wrap').waitFor();
    expect(await firstVisible(page)).toBe(first);
    await page.keyboard.press('G');
    expect(await shownLine(page, 2_000)).toBe('line 2000');
    await page.keyboard.press('g');
    expect(await shownLine(page, 1)).toBe('short');
    expect((await text(page, 2).boundingBox())?.height).toBeGreaterThan(18 * 10);
    await page.keyboard.press('w');
    expect(await firstVisible(page)).toBe(1);
  });

  inBrowser('a line of more than 4,096 characters is cut, and shown whole on request', async () => {
    const page = await server.page('/stream/long');
    expect((await shownLine(page, 2)).length).toBeLessThan(4_200);
    await page.locator('.show-all').click();
    await page.locator('.show-all').waitFor({ state: 'detached' });
    expect(await shownLine(page, 2)).toBe('long '.repeat(2_000));
  });
});

function text(page: Page, line: number) {
  return page.locator(`.number[href="#L${line}"] ~ .text`);
}

interface Point {
  readonly line: number;
  readonly column: number;
}

async function select(page: Page, from: Point, to: Point): Promise<void> {
  const node = ({ line }: Point): string =>
    `document.querySelector('.number[href="#L${line}"] ~ .text').firstChild`;
  await page.evaluate(
    `getSelection().setBaseAndExtent(${node(from)}, ${from.column}, ${node(to)}, ${to.column})`,
  );
}

function firstVisible(page: Page): Promise<number> {
  return page.evaluate(`(() => {
    const log = document.querySelector('.log').getBoundingClientRect();
    const row = [...document.querySelectorAll('.row')].find((row) => row.getBoundingClientRect().bottom > log.top + 1);
    return Number(row.querySelector('.number').textContent);
  })()`);
}
