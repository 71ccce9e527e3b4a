import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { Page } from 'playwright-core';
import { withStage } from '../../faults/stage';
import { inBrowser, withBrowser } from '../../support/browser';
import type { LoomProcess } from '../../support/loom-process';
import { heapOf } from '../support/heap';

const MB = 1024 * 1024;
/** As many as there are at once. */
const STREAMS = 2_000;
const WARM_EVENTS = 20_000;
const EVENTS = 280_000;
const EVENTS_PER_WRITE = 1_000;
/** Less than an id of each stream more. It goes up and down by nearly as much, as arrays and sets grow ahead. */
const GROWTH_MAX = 3.5 * MB;
const START = Date.parse('2026-11-30T00:00:00Z');

describe('a list that is open for long', () => {
  const stage = withStage();
  const { newPage } = withBrowser();

  inBrowser('keeps no more after 280,000 events than after 20,000', async () => {
    const loom = await stage.loom('memory:');
    const feed = stage.add(await EventsInFrontOf.start(loom), (one) => one.stop());
    const page = await newPage();
    const cdp = await page.context().newCDPSession(page);
    await page.goto(feed.url);
    await feed.write(page, 0, WARM_EVENTS);
    const before = await heapOf(cdp);
    await feed.write(page, WARM_EVENTS, EVENTS);
    const after = await heapOf(cdp);
    expect(after - before).toBeLessThanOrEqual(GROWTH_MAX);
    expect(after).toBeLessThanOrEqual(20 * MB);
    expect(await page.getByRole('row').count()).toBeLessThanOrEqual(200);
  });
});

/** The pages of a server, with events that come faster than streams can be made: each stream is created, changed, closed and removed. */
class EventsInFrontOf {
  readonly #answers: ServerResponse[] = [];
  readonly #server = createServer((request, response) => {
    const path = request.url ?? '/';
    if (path.startsWith('/events')) {
      response.writeHead(200, { 'Content-Type': 'text/event-stream' }).flushHeaders();
      this.#answers.push(response);
    } else if (path.startsWith('/stream?'))
      response.writeHead(200, { 'Content-Type': 'application/json' }).end('{"streams":[],"next":null}');
    else void this.#pass(path, request.headers.accept ?? '*/*', response);
  });

  private constructor(private readonly loom: LoomProcess) {}

  static async start(loom: LoomProcess): Promise<EventsInFrontOf> {
    const feed = new EventsInFrontOf(loom);
    feed.#server.listen(0, '127.0.0.1');
    await once(feed.#server, 'listening');
    return feed;
  }

  get url(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`;
  }

  /** Sends events, and waits until the page shows what they have left. */
  async write(page: Page, from: number, to: number): Promise<void> {
    await page.getByText('Live', { exact: true }).waitFor();
    for (let at = from; at < to; at += EVENTS_PER_WRITE) {
      const events = Array.from({ length: EVENTS_PER_WRITE }, (_, event) => eventOf(at + event));
      for (const answer of this.#answers) answer.write(events.join(''));
    }
    await page.getByRole('link', { name: `build-${to / 4 - 1}`, exact: true }).waitFor();
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }

  async #pass(path: string, accept: string, response: ServerResponse): Promise<void> {
    const answer = await fetch(this.loom.url + path, { headers: { Accept: accept } });
    const type = answer.headers.get('Content-Type') ?? '';
    response.writeHead(answer.status, { 'Content-Type': type }).end(Buffer.from(await answer.arrayBuffer()));
  }
}

/** Of four events, three are of a new stream, and one removes an old one. */
function eventOf(number: number): string {
  const build = Math.floor(number / 4);
  const name = (['created', 'changed', 'closed', 'removed'] as const)[number % 4] ?? 'changed';
  const id = name === 'removed' ? `build-${build - STREAMS}` : `build-${build}`;
  const data =
    name === 'removed'
      ? { id, outcome: 'deleted' }
      : {
          id,
          state: name === 'closed' ? 'closed' : 'open',
          ...(name === 'closed' && { outcome: 'complete' }),
          bytes: number,
          metadata: { branch: `feature-${build % 97}`, exitCode: build % 3, note: 'x'.repeat(200) },
          createdAt: new Date(START + build * 10).toISOString(),
          updatedAt: new Date(START + build * 10 + (number % 4)).toISOString(),
        };
  return `event: ${name}\ndata: ${JSON.stringify(data)}\n\n`;
}
