import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import type { Browser, BrowserContextOptions, CDPSession, Page } from 'playwright-core';
import { launchBrowser } from '../../support/browser';
import { LoomProcess } from '../../support/loom-process';
import { PATIENCE_MS } from '../../support/patience';

const DESKTOP = { width: 1280, height: 800 };

/** A producer that is still connected. */
export interface Producer {
  write(text: string): Promise<void>;
  end(): Promise<void>;
}

/** A server with files, and a browser that looks at its pages. */
export class LogServer {
  readonly #pages: Page[] = [];
  /** What browsers report of the pages: exceptions, and what their policy forbids. */
  readonly problems: string[] = [];
  /** Of all requests that pages have sent. */
  readonly addresses: string[] = [];
  #browser: Promise<Browser> | undefined;

  private constructor(
    readonly loom: LoomProcess,
    private readonly directory: string,
  ) {}

  /**
   * @param env of the server, such as its tokens; read again at each start
   * @param settings YAML
   */
  static async start(env: Readonly<Record<string, string>> = {}, settings = ''): Promise<LogServer> {
    const directory = await mkdtemp(join(tmpdir(), 'loom-viewer-'));
    const file = join(directory, 'loom.yaml');
    await writeFile(file, settings);
    const loom = await LoomProcess.start({ store: `file:${directory}/store`, args: ['-c', file], env });
    return new LogServer(loom, directory);
  }

  async stop(): Promise<void> {
    await (await this.#browser)?.close();
    await this.loom.kill();
    await rm(this.directory, { recursive: true, force: true });
  }

  /** A closed stream with this content. */
  async create(
    id: string,
    content: string | Iterable<string>,
    metadata: unknown = {},
    token?: string,
  ): Promise<void> {
    const body = Readable.from(typeof content === 'string' ? [content] : content);
    const { request, answered } = this.#produce(id, metadata, token);
    await pipeline(body, request);
    await answered;
  }

  /** A stream that stays open. Resolves once it is there. */
  async open(id: string, metadata: unknown = {}, token?: string): Promise<Producer> {
    const { request, created, answered } = this.#produce(id, metadata, token);
    request.flushHeaders();
    await created;
    return {
      write: (text) =>
        new Promise((resolve, reject) => request.write(text, (error) => (error ? reject(error) : resolve()))),
      end: async () => {
        request.end();
        await answered;
      },
    };
  }

  /** More bytes of a stream whose producer was lost. It stays interrupted. */
  async append(id: string, text: string, token?: string): Promise<void> {
    const url = `${this.loom.url}/stream/${encodeURIComponent(id)}`;
    const authorization = token === undefined ? {} : { Authorization: `Bearer ${token}` };
    const { headers } = await fetch(url, { method: 'HEAD', headers: authorization });
    const response = await fetch(url, {
      method: 'PATCH',
      headers: {
        ...authorization,
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': headers.get('Upload-Offset') ?? '',
        'Upload-Complete': '?0',
      },
      body: text,
    });
    if (response.status !== 204) throw new Error(`status ${response.status}`);
  }

  /** A page at this path. */
  async page(path: string, options: BrowserContextOptions = {}): Promise<Page> {
    this.#browser ??= launchBrowser(['--js-flags=--expose-gc']);
    const browser = await this.#browser;
    const context = await browser.newContext({ viewport: DESKTOP, reducedMotion: 'reduce', ...options });
    const page = await context.newPage();
    page.setDefaultTimeout(PATIENCE_MS);
    page.on('pageerror', ({ message }) => this.problems.push(message));
    page.on('console', (message) => {
      if (/Content.Security.Policy/i.test(message.text())) this.problems.push(message.text());
    });
    page.on('request', (request) => this.addresses.push(request.url()));
    this.#pages.push(page);
    await page.goto(`${this.loom.url}${path}`);
    return page;
  }

  /** @throws if a page reported a problem or asked another server */
  async closePages(): Promise<void> {
    await Promise.all(this.#pages.splice(0).map((page) => page.context().close()));
    expect(this.problems.splice(0)).toEqual([]);
    const own = (address: string): boolean =>
      /^(?:data|blob):/.test(address) || address.startsWith(this.loom.url);
    expect(this.addresses.splice(0).filter((address) => !own(address))).toEqual([]);
  }

  #produce(id: string, metadata: unknown, token?: string) {
    const request = httpRequest(`${this.loom.url}/stream/${encodeURIComponent(id)}`, {
      method: 'POST',
      headers: {
        'Content-Type': 'text/plain; charset=utf-8',
        'X-Stream-Metadata': inAscii(JSON.stringify(metadata)),
        ...(token !== undefined && { Authorization: `Bearer ${token}` }),
      },
    });
    const created = new Promise<void>((resolve, reject) => {
      request.once('response', (response) => {
        if (response.statusCode === 201) resolve();
        else reject(new Error(`status ${response.statusCode}`));
      });
      request.once('error', reject);
    });
    const answered = new Promise<void>((resolve, reject) => {
      request.once('response', (response) => response.resume().once('end', resolve).once('error', reject));
      request.once('error', reject);
    });
    // A test that kills the server does not wait for either.
    created.catch(() => {});
    answered.catch(() => {});
    return { request, created, answered };
  }
}

function inAscii(json: string): string {
  return json.replace(/[^\x20-\x7e]/g, (unit) => `\\u${unit.charCodeAt(0).toString(16).padStart(4, '0')}`);
}

/** What the page shows of a line: `undefined` unless it is in view and loaded. */
export async function textOfLine(page: Page, line: number): Promise<string | undefined> {
  const row = page.locator('.row:not(.loading)', { has: page.locator(`.number[href="#L${line}"]`) });
  return (await row.count()) === 0 ? undefined : ((await row.locator('.text').textContent()) ?? undefined);
}

/** Waits until a line is shown. @returns its text */
export async function shownLine(page: Page, line: number): Promise<string> {
  const row = page.locator('.row:not(.loading)', { has: page.locator(`.number[href="#L${line}"]`) });
  await row.waitFor();
  return (await row.locator('.text').textContent()) ?? '';
}

/** Asserts that the loaded lines are `line N` for N without a gap, and end with line `last`. */
export async function expectNumberedTo(page: Page, last: number): Promise<void> {
  const texts = await page.locator('.row:not(.loading) .text').allTextContents();
  const first = last - texts.length + 1;
  expect(texts).toEqual(texts.map((_, at) => `line ${first + at}`));
}

/** The figures of the renderer: times are CPU time of its main thread, in seconds. */
export async function metricsOf(cdp: CDPSession): Promise<Readonly<Record<string, number>>> {
  const { metrics } = await cdp.send('Performance.getMetrics');
  return Object.fromEntries(metrics.map(({ name, value }) => [name, value]));
}

export async function measured(page: Page): Promise<CDPSession> {
  const cdp = await page.context().newCDPSession(page);
  await cdp.send('Performance.enable', { timeDomain: 'threadTicks' });
  return cdp;
}

/** One million lines of 127 bytes on average, some with colours. Line N begins with N. */
export function* bigLog(lines: number): Generator<string> {
  const filler =
    'compiled a module of the build without a warning and went on to the next one of the list, '.repeat(2);
  for (let from = 1; from <= lines; from += 1000) {
    let text = '';
    for (let line = from; line < from + 1000 && line <= lines; line++) text += bigLine(line, filler);
    yield text;
  }
}

function bigLine(line: number, filler: string): string {
  const rest = filler.slice(0, 70 + (line % 80));
  const begin = `${line} worker-${line % 8} `;
  if (line % 10 === 0) return `${begin}\u001b[32m✓\u001b[0m \u001b[2m${rest}\u001b[0m\n`;
  return line % 97 === 0 ? `${begin}\u001b[1;31merror\u001b[0m ${rest}\n` : `${begin}INFO ${rest}\n`;
}

/** `line 1` and so on, each with its line feed. */
export function numbered(from: number, to: number): string {
  return Array.from({ length: to - from + 1 }, (_, at) => `line ${from + at}\n`).join('');
}
