import type { Page } from 'playwright-core';
import { RawConnection } from '../../faults/raw-connection';
import { withStage } from '../../faults/stage';
import { faultsOf, inBrowser, withBrowser } from '../../support/browser';
import { Producer, request } from '../../support/http';
import type { LoomProcess } from '../../support/loom-process';
import { seriousViolations } from '../support/axe';
import { holds } from '../support/holds';
import { PHONE, sidewaysScroll, smallTargets } from '../support/phone';

const INTERVAL = 'events: {interval: 100ms}';

describe('the page of the list', () => {
  const stage = withStage();
  const { newPage } = withBrowser();
  const serve = (): Promise<LoomProcess> => stage.loom('memory:', INTERVAL);

  inBrowser('streams are listed newest first, with state, exit code, size and metadata', async () => {
    const loom = await serve();
    await post(loom, 'build-1', 'one\n', { branch: 'main', exitCode: 0 });
    await post(loom, 'build-2', 'x'.repeat(4711), { branch: 'main', exitCode: 2 });
    await post(loom, 'build-3', '', { signal: 'SIGTERM' });
    const live = new Producer(`${loom.url}/stream/build-4`);
    await live.head;
    const page = await newPage();
    const faults = faultsOf(page, loom.url);
    await page.goto(loom.url);
    await page.getByText('4 streams').waitFor();
    expect(await rowsOf(page)).toEqual([
      expect.stringMatching(/^running build-4 .*0 B/),
      expect.stringMatching(/^cancelled SIGTERM build-3 .*0 B/),
      expect.stringMatching(/^failed exit 2 build-2 branch main 4\.7 kB/),
      expect.stringMatching(/^passed build-1 branch main 4 B/),
    ]);
    expect(faults).toEqual({ errors: [], foreign: [] });
    await live.end();
  });

  inBrowser('streams come, grow, end and go without a reload, and nothing else moves', async () => {
    const loom = await serve();
    await post(loom, 'older', 'one\n');
    const page = await newPage();
    await page.goto(loom.url);
    await page.getByText('1 stream').waitFor();
    await page.evaluate(`window.shifts = 0; new PerformanceObserver((list) => {
      for (const { value } of list.getEntries()) window.shifts += value;
    }).observe({ type: 'layout-shift' })`);
    const live = new Producer(`${loom.url}/stream/newer`);
    await live.head;
    await page.getByRole('row', { name: /running newer/ }).waitFor();
    await live.write('x'.repeat(2_000));
    await page.getByRole('row', { name: /running newer.* 2\.0 kB/ }).waitFor();
    await live.end();
    await page.getByRole('row', { name: /complete newer/ }).waitFor();
    await request(`${loom.url}/stream/older`, { method: 'DELETE' });
    await page.getByRole('link', { name: 'older' }).waitFor({ state: 'detached' });
    await page.getByText('1 stream').waitFor();
    expect(await page.evaluate('window.shifts')).toBe(0);
  });

  inBrowser('the filter has a prefix and a state, and is in the address', async () => {
    const loom = await serve();
    for (const id of ['build-1', 'build-2', 'deploy-1']) await post(loom, id, 'x\n');
    const live = new Producer(`${loom.url}/stream/build-3`);
    await live.head;
    const page = await newPage();
    await page.goto(loom.url);
    await page.getByText('4 streams').waitFor();
    await page.keyboard.press('/');
    await page.keyboard.type('build-');
    await page.getByText('3 streams').waitFor();
    await page.getByRole('button', { name: 'Ended' }).click();
    await page.getByText('2 streams').waitFor();
    expect(page.url()).toBe(`${loom.url}/?prefix=build-&state=closed`);
    await page.reload();
    await page.getByText('2 streams').waitFor();
    expect(await idsOf(page)).toEqual(['build-2', 'build-1']);
    await live.end();
    // It has come into the state of the filter.
    await page.getByText('3 streams').waitFor();
    await page.getByRole('searchbox').fill('nothing-');
    await page.getByRole('button', { name: 'Show all streams' }).click();
    await page.getByText('4 streams').waitFor();
    expect(page.url()).toBe(`${loom.url}/`);
  });

  inBrowser('ten thousand streams are at most 200 rows, and the oldest is reached', async () => {
    const loom = await serve();
    await postMany(loom, 10_000);
    const page = await newPage();
    await page.goto(loom.url);
    await page.getByText('100+ streams').waitFor();
    let most = 0;
    for (const count = page.getByText('10,000 streams'); (await count.count()) === 0; ) {
      await page.keyboard.press('G');
      most = Math.max(most, await page.evaluate<number>(`document.querySelectorAll('.rows .row').length`));
    }
    await page.keyboard.press('G');
    await page.getByRole('link', { name: 's-0', exact: true }).waitFor();
    expect(most).toBeLessThanOrEqual(200);
    expect(await page.getByRole('table').getAttribute('aria-rowcount')).toBe('10001');
    await holds(page, `document.activeElement.textContent === 's-0'`);
    await page.keyboard.press('g');
    await page.getByRole('link', { name: 's-9999', exact: true }).waitFor();
    // By the wheel, without a gap.
    await page.mouse.move(400, 400);
    await page.mouse.wheel(0, 4_000);
    await holds(page, `document.querySelector('.scroller').scrollTop === 4000`);
    await holds(page, rowsCoverTheirRoom);
  });

  inBrowser('a row in the middle stays where it is while streams come', async () => {
    const loom = await serve();
    await postMany(loom, 300);
    const page = await newPage();
    await page.goto(loom.url);
    await page.getByRole('link', { name: 's-299', exact: true }).waitFor();
    await page.mouse.move(400, 400);
    await page.mouse.wheel(0, 1_900);
    await holds(page, `document.querySelector('.scroller').scrollTop === 1900`);
    const row = page.locator('.rows .row', { hasText: await middleId(page) });
    const before = await row.boundingBox();
    await post(loom, 'newest', 'x\n');
    await holds(page, `document.querySelector('.scroller').scrollTop === 1938`);
    expect((await row.boundingBox())?.y).toBeCloseTo(before?.y ?? 0, 0);
  });

  inBrowser('a click and the keyboard open a stream', async () => {
    const loom = await serve();
    for (const id of ['a/b', 'c']) await post(loom, encodeURIComponent(id), 'x\n');
    const page = await newPage();
    await page.goto(loom.url);
    // Anywhere in the row.
    await page.getByRole('cell', { name: '2 B' }).first().click({ force: true });
    await page.waitForURL(`${loom.url}/stream/c`);
    await page.goto(loom.url);
    await page.getByText('2 streams').waitFor();
    await page.keyboard.press('j');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.waitForURL(`${loom.url}/stream/a%2Fb`);
  });

  inBrowser('an empty server shows the command that sends a first stream to it', async () => {
    const loom = await serve();
    const page = await newPage({ permissions: ['clipboard-read', 'clipboard-write'] });
    await page.goto(loom.url);
    await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
    expect(await page.locator('.command').allTextContents()).toEqual([
      `make 2>&1 | curl -T - ${loom.url}/stream/build-1`,
      `stream run --id build-1 ${loom.url} -- make`,
    ]);
    await page.getByRole('button', { name: 'Copy the command' }).first().click();
    await page.getByText('Copied').waitFor();
    expect(await page.evaluate('navigator.clipboard.readText()')).toContain(`curl -T - ${loom.url}`);
    await post(loom, 'build-1', 'x\n');
    await page.getByRole('link', { name: 'build-1' }).waitFor();
    await page.getByRole('heading', { name: 'No streams yet' }).waitFor({ state: 'detached' });
  });

  inBrowser('a server that is gone is said to be, and the list is right once it is back', async () => {
    const loom = await stage.loom(`file:${await stage.directory()}`, INTERVAL);
    for (const id of ['a', 'b']) await post(loom, id, 'x\n');
    const page = await newPage();
    await page.goto(loom.url);
    await page.getByText('2 streams').waitFor();
    await loom.kill();
    await page.getByText('The server cannot be reached.').waitFor();
    expect(await idsOf(page)).toEqual(['b', 'a']);
    await loom.restart();
    await request(`${loom.url}/stream/a`, { method: 'DELETE' });
    await page.getByText('Live', { exact: true }).waitFor();
    await page.getByRole('link', { name: 'a', exact: true }).waitFor({ state: 'detached' });
    await page.getByText('The server cannot be reached.').waitFor({ state: 'detached' });
  });

  inBrowser.each(['light', 'dark'] as const)(
    'axe finds nothing serious in the %s theme',
    async (colorScheme) => {
      const loom = await serve();
      const page = await newPage({ colorScheme, bypassCSP: true });
      await page.goto(loom.url);
      await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
      expect(await seriousViolations(page)).toEqual([]);
      await post(loom, 'build-1', 'x\n', { exitCode: 1, branch: 'main' });
      await post(loom, 'build-2', 'x\n', { exitCode: 0 });
      await post(loom, 'build-3', 'x\n', { signal: 'SIGINT' });
      await page.getByRole('link', { name: 'build-3' }).waitFor();
      await page.keyboard.press('j');
      expect(await seriousViolations(page)).toEqual([]);
      await page.keyboard.press('?');
      await page.getByRole('dialog').waitFor();
      expect(await seriousViolations(page)).toEqual([]);
    },
  );

  inBrowser('a phone needs no sideways scroll, and a finger hits every target', async () => {
    const loom = await serve();
    const page = await newPage(PHONE);
    await page.goto(loom.url);
    await page.getByRole('heading', { name: 'No streams yet' }).waitFor();
    expect([await sidewaysScroll(page), await smallTargets(page)]).toEqual([0, []]);
    await post(loom, `long-${'name-'.repeat(40)}`, 'x\n', { branch: 'b'.repeat(300) });
    await page.getByText('1 stream').waitFor();
    expect([await sidewaysScroll(page), await smallTargets(page)]).toEqual([0, []]);
  });
});

async function post(loom: LoomProcess, path: string, body: string, metadata?: object): Promise<void> {
  const headers = metadata === undefined ? {} : { 'X-Stream-Metadata': JSON.stringify(metadata) };
  const { status } = await request(`${loom.url}/stream/${path}`, { method: 'POST', headers, body });
  expect(status).toBe(201);
}

/** The streams `s-0` to `s-<count - 1>`. Those between the first and the last one are made on one connection, pipelined. */
async function postMany(loom: LoomProcess, count: number): Promise<void> {
  await post(loom, 's-0', 'x');
  const between = Array.from({ length: count - 2 }, (_, at) => at + 1);
  const connection = await RawConnection.open(loom.port);
  const head = 'Host: localhost\r\nContent-Length: 1\r\n';
  connection.send(between.map((at) => `POST /stream/s-${at} HTTP/1.1\r\n${head}\r\nx`).join(''));
  connection.send('GET /healthz HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n');
  expect((await connection.whole()).match(/^HTTP\/1\.1 201 /gm)).toHaveLength(between.length);
  await post(loom, `s-${count - 1}`, 'x');
}

/** Whether the rows that are in the document cover all of their scroller. */
const rowsCoverTheirRoom = `(() => {
  const room = document.querySelector('.scroller').getBoundingClientRect();
  const rows = [...document.querySelectorAll('.rows .row')].map((row) => row.getBoundingClientRect());
  return Math.min(...rows.map(({ top }) => top)) <= room.top && Math.max(...rows.map(({ bottom }) => bottom)) >= room.bottom;
})()`;

/** The words of each row, as a person reads them. */
function rowsOf(page: Page): Promise<string[]> {
  return page.evaluate<string[]>(
    `[...document.querySelectorAll('.rows .row')].map((row) => [...row.children].map((cell) => cell.innerText.replaceAll('\\n', ' ')).filter(Boolean).join(' '))`,
  );
}

/** Of a row in the middle of the window. */
function middleId(page: Page): Promise<string> {
  return page.evaluate<string>(
    `document.elementFromPoint(400, 400).closest('.row').querySelector('a').textContent`,
  );
}

function idsOf(page: Page): Promise<string[]> {
  return page.locator('.rows .row a').allTextContents();
}
