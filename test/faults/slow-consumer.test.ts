import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { setTimeout as delay } from 'node:timers/promises';
import { Producer, request } from '../support/http';
import type { LoomProcess } from '../support/loom-process';
import { Checker, type History } from './checker';
import { complaints } from './health';
import { forgetPeak, peakBytes, residentBytes } from './process-memory';
import { freshStore, STORES, withStage } from './stage';

const MIB = 1024 * 1024;
/** Twice what the memory may grow by, which is what it would hold if it kept them. */
const LENGTH = 200 * MIB;
const GROWTH_MAX = 100 * MIB;

describe.each(STORES)('a paused consumer on %s', (name) => {
  const stage = withStage();

  it('a paused consumer does not slow its producer or fill the memory, and gets every byte', async () => {
    const loom = await stage.loom(await freshStore(stage, name));
    const checker = new Checker();
    const history = checker.stream('flood');
    const url = `${loom.url}/stream/${history.id}`;
    const warmUp = new Producer(`${loom.url}/stream/warm-up`);
    await flood(warmUp, checker.stream('warm-up'), 30 * MIB);

    const producer = new Producer(url);
    await producer.head;
    const asleep = await openPaused(url);
    const events = await openPaused(url, { Accept: 'text/event-stream' });
    const spy = await openPaused(`${loom.url}/spy?from=start`);
    await delay(200);
    const before = residentBytes(loom.pid);
    forgetPeak(loom.pid);
    await flood(producer, history, LENGTH);
    // The producer is done, so no consumer slowed it down: none has read more than its socket accepted on its own.
    expect(peakBytes(loom.pid) - before).toBeLessThan(GROWTH_MAX);

    const reading = history.reader('the consumer that slept');
    for await (const bytes of asleep) reading.took(bytes);
    expect(asleep.trailers['x-stream-state']).toBe('closed; outcome=complete');
    expect(peakBytes(loom.pid) - before).toBeLessThan(GROWTH_MAX);
    events.destroy();
    // It may skip what arrived while it was paused, or read all of it from the store. Its output shows which.
    expect(await untilItSays(spy, /\d bytes of flood skipped\n|END: flood\n/)).toBe(true);
    spy.destroy();
    expect(peakBytes(loom.pid) - before).toBeLessThan(GROWTH_MAX);
    expect(await checker.violations(loom.url)).toEqual([]);
    expect(await isServed(loom)).toBe(true);
    expect(complaints(loom)).toEqual([]);
  });
});

async function flood(producer: Producer, history: History, length: number): Promise<void> {
  history.written(length);
  for (const piece of history.source.pieces(0, length, () => 256 * 1024)) await producer.write(piece);
  expect((await producer.end()).status).toBe(201);
  history.completed();
}

/** A response that is not read: the kernel accepts nothing more once the buffers of its socket are full. */
async function openPaused(url: string, headers = {}): Promise<IncomingMessage> {
  const [res] = await once(http.get(url, { agent: false, headers }), 'response');
  return res.on('error', () => {});
}

/** As long as the longest line that is waited for. */
const KEPT_TEXT = 100;

async function untilItSays(res: IncomingMessage, words: RegExp): Promise<boolean> {
  let text = '';
  for await (const bytes of res) {
    text = text.slice(-KEPT_TEXT) + bytes.toString('latin1');
    if (words.test(text)) return true;
  }
  return false;
}

async function isServed(loom: LoomProcess): Promise<boolean> {
  return (await request(`${loom.url}/healthz`)).status === 200;
}
