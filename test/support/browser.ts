import { existsSync } from 'node:fs';
import {
  type Browser,
  type BrowserContext,
  type BrowserContextOptions,
  chromium,
  type Page,
} from 'playwright-core';
import { PATIENCE_MS } from './patience';

const CHROMIUM = process.env['CHROMIUM'] ?? '/usr/bin/chromium';
if (!existsSync(CHROMIUM)) process.emitWarning(`Nothing is tested in a browser: there is no ${CHROMIUM}`);

/** `it` where there is a Chromium, and `it.skip` elsewhere. */
export const inBrowser = existsSync(CHROMIUM) ? it : it.skip;

export interface BrowserUnderTest {
  /** A page of a fresh context: no cookies, no storage. It is closed after the test. */
  newPage(options?: BrowserContextOptions): Promise<Page>;
}

/** @param args of its command line @throws if there is no Chromium: ask `inBrowser` before */
export function launchBrowser(args: readonly string[] = []): Promise<Browser> {
  return chromium.launch({
    executablePath: CHROMIUM,
    args: ['--no-sandbox', ...args],
    timeout: PATIENCE_MS,
  });
}

/** A Chromium for all tests of the surrounding `describe`. @param args of its command line */
export function withBrowser(args: readonly string[] = []): BrowserUnderTest {
  let browser: Browser | undefined;
  const contexts: BrowserContext[] = [];
  beforeAll(async () => {
    if (existsSync(CHROMIUM)) browser = await launchBrowser(args);
  }, PATIENCE_MS);
  afterEach(async () => {
    for (const context of contexts.splice(0)) await context.close();
  });
  afterAll(() => browser?.close());
  return {
    async newPage(options) {
      if (browser === undefined) throw new Error('there is no browser');
      const context = await browser.newContext(options);
      context.setDefaultTimeout(PATIENCE_MS);
      contexts.push(context);
      return context.newPage();
    },
  };
}

/** What a page of the server should never have. */
export interface PageFaults {
  /** Errors of the console, of which violations of the policy are some, and uncaught ones. */
  readonly errors: readonly string[];
  /** Requests to another origin, which no test should see. */
  readonly foreign: readonly string[];
}

/** Collects from now on. Call it before the first `goto`. @param origin of the server */
export function faultsOf(page: Page, origin: string): PageFaults {
  const errors: string[] = [];
  const foreign: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') errors.push(message.text());
  });
  page.on('pageerror', (error) => errors.push(String(error)));
  page.on('request', (request) => {
    const url = request.url();
    if (!url.startsWith(`${origin}/`) && !url.startsWith('data:')) foreign.push(url);
  });
  return { errors, foreign };
}
