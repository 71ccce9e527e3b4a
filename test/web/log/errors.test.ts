import type { Page } from 'playwright-core';
import { inBrowser } from '../../support/browser';
import { expectNumberedTo, LogServer, numbered, shownLine } from './log-server';

const LINES = 20_000;

const strip = (page: Page, words: string | RegExp) => page.locator('.connection', { hasText: words });

async function enter(page: Page, token: string): Promise<void> {
  await page.getByRole('textbox', { name: 'Token' }).fill(token);
  await page.keyboard.press('Enter');
  await page.getByRole('dialog').waitFor({ state: 'detached' });
}

describe('a token that is revoked while a log is open', () => {
  const env = { LOOM_TOKENS: 'first' };
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start(env);
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  /** A page that follows a log of 300 lines, at a server that takes another token now. */
  const revoked = async (id: string, before: string, after: string): Promise<Page> => {
    const producer = await server.open(id, {}, before);
    await producer.write(numbered(1, 300));
    const page = await server.page(`/stream/${id}#token=${before}`);
    await shownLine(page, 300);
    env.LOOM_TOKENS = after;
    await server.loom.restart();
    await page.getByRole('dialog', { name: 'refused' }).waitFor();
    return page;
  };

  inBrowser('the page asks for another one, and goes on where it was', async () => {
    const page = await revoked('asked', 'first', 'second');
    await expectNumberedTo(page, 300);
    await enter(page, 'second');
    await server.append('asked', numbered(301, 400), 'second');
    await shownLine(page, 400);
    await expectNumberedTo(page, 400);
    await strip(page, '').waitFor({ state: 'hidden' });
  });

  inBrowser('a person who gives up sees why, keeps the lines, and can enter a token later', async () => {
    const page = await revoked('given-up', 'second', 'third');
    await page.keyboard.press('Escape');
    await strip(page, 'This server needs a token. Lines after 300 are missing').waitFor();
    await expectNumberedTo(page, 300);
    await page.getByRole('button', { name: 'Enter a token' }).click();
    await enter(page, 'third');
    await server.append('given-up', numbered(301, 400), 'third');
    await shownLine(page, 400);
    await expectNumberedTo(page, 400);
  });
});

inBrowser(
  'a token that does not reach a stream is named as the reason, and another one can be entered',
  async () => {
    const settings = 'tokens: [all, { token: builds, prefix: build- }]';
    const server = await LogServer.start({}, settings);
    try {
      await server.create('deploy-1', 'deployed\n', {}, 'all');
      const page = await server.page('/stream/deploy-1#token=builds');
      await strip(page, 'The token reaches only streams whose ID starts with "build-"').waitFor();
      await page.getByRole('button', { name: 'Enter a token' }).click();
      await enter(page, 'all');
      expect(await shownLine(page, 1)).toBe('deployed');
      await strip(page, '').waitFor({ state: 'hidden' });
      await server.closePages();
    } finally {
      await server.stop();
    }
  },
);

/** To lines that are not loaded: line 15,001 is the first in view. The room for them may come with the next frame. */
const scrollAway = (page: Page) =>
  page.evaluate(`(async () => {
    const log = document.querySelector('.log');
    for (const top = 15_000 * 18; log.scrollTop !== top; log.scrollTop = top)
      await new Promise((resolve) => requestAnimationFrame(resolve));
  })()`);

describe('a log that cannot be read', () => {
  let server: LogServer;
  beforeAll(async () => {
    server = await LogServer.start();
  });
  afterEach(() => server.closePages());
  afterAll(() => server.stop());

  /** A page at the begin of a closed log, of which the end is not loaded. */
  const opened = async (id: string): Promise<Page> => {
    await server.create(id, numbered(1, LINES));
    const page = await server.page(`/stream/${id}`);
    await shownLine(page, 1);
    await page.locator('.facts', { hasText: '20,000 lines' }).waitFor();
    return page;
  };

  inBrowser('a stream that does not exist is said to be none', async () => {
    const page = await server.page('/stream/nowhere');
    await strip(page, 'There is no stream with this id').waitFor();
    expect(await page.locator('.row').count()).toBe(0);
  });

  inBrowser(
    'a log that was deleted says so once more of it is wanted, and what was shown is still there',
    async () => {
      const page = await opened('deleted');
      await fetch(`${server.loom.url}/stream/deleted`, { method: 'DELETE' });
      await scrollAway(page);
      await strip(page, 'This stream was deleted. What was loaded stays here').waitFor();
      await page.keyboard.press('g');
      expect(await shownLine(page, 1)).toBe('line 1');
    },
  );

  inBrowser('an answer of a proxy is given by its status, and is tried again', async () => {
    const page = await opened('proxied');
    const answers = '**/stream/proxied**';
    await page.route(answers, (route) => route.fulfill({ status: 502, body: '<h1>Bad Gateway</h1>' }));
    await scrollAway(page);
    await strip(
      page,
      /Reconnecting since .* Lines that were not loaded yet are missing. The server answered 502/,
    ).waitFor();
    await page.keyboard.press('g');
    expect(await shownLine(page, 1)).toBe('line 1');
    await page.unroute(answers);
    await scrollAway(page);
    await page.getByRole('button', { name: 'Try now' }).click();
    await strip(page, '').waitFor({ state: 'hidden' });
    expect(await shownLine(page, 15_010)).toBe('line 15010');
  });

  inBrowser(
    'a server that is killed is said to be away and since when, and the log goes on once it is back',
    async () => {
      const page = await opened('killed');
      await server.loom.kill();
      await scrollAway(page);
      await strip(
        page,
        /Reconnecting since \d+ s\. Lines that were not loaded yet are missing. The server cannot be reached/,
      ).waitFor();
      await page.keyboard.press('g');
      expect(await shownLine(page, 1)).toBe('line 1');
      await scrollAway(page);
      await server.loom.restart();
      expect(await shownLine(page, 15_010)).toBe('line 15010');
      await strip(page, '').waitFor({ state: 'hidden' });
    },
  );
});
