import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { DurableStream, IdempotentProducer, type StreamResponse, stream } from '@durable-streams/client';
import fc from 'fast-check';
import { LoomProcess } from '../support/loom-process';
import { startRedisServer } from '../support/redis-server';

interface Stage {
  readonly store: string;
  clear(): Promise<void>;
}

const STAGES: Readonly<Record<string, () => Promise<Stage>>> = {
  async files() {
    const directory = await mkdtemp(join(tmpdir(), 'loom-durable-client-'));
    return { store: `file:${directory}`, clear: () => rm(directory, { recursive: true, force: true }) };
  },
  async Redis() {
    const redis = await startRedisServer();
    return { store: redis.url, clear: () => redis.stop() };
  },
};

const KILLS = 3;
/** How many messages are under way at most. */
const AHEAD_MAX = 300;
const IMPATIENT = { initialDelay: 20, maxDelay: 100, multiplier: 1.5 };

/** The producer of the client gives up a request whose connection broke, unless its `fetch` repeats it. That is safe: it has its number. */
const persistently: typeof fetch = async (input, init) => {
  for (;;) {
    try {
      const answer = await fetch(input, init);
      if (answer.status < 500) return answer;
      await answer.arrayBuffer();
    } catch {
      // The server is being killed, or not there yet.
    }
    await delay(20);
  }
};

async function textOf(response: StreamResponse): Promise<string> {
  let all = '';
  for await (const piece of response.textStream()) all += piece;
  return all;
}

describe.each(Object.entries(STAGES))('the official client, with a server on %s', (_name, raise) => {
  let stage: Stage;
  let loom: LoomProcess;
  beforeAll(async () => {
    stage = await raise();
    loom = await LoomProcess.start({ store: stage.store, env: { LOOM_DURABLE_LONG_POLL_TIMEOUT: '2s' } });
  });
  afterAll(async () => {
    await loom.stop();
    await stage.clear();
  });

  it('the client writes and reads all messages once and in order while the server is killed repeatedly', async () => {
    const url = `${loom.url}/v1/stream/orders/1`;
    const handle = await DurableStream.create({ url, contentType: 'application/json' });
    const errors: unknown[] = [];
    const producer = new IdempotentProducer(handle, 'shop-1', {
      lingerMs: 1,
      maxBatchBytes: 256,
      fetch: persistently,
      onError: (error) => errors.push(error),
    });
    const tail = await stream<{ n: number }>({
      url,
      offset: '-1',
      live: 'long-poll',
      backoffOptions: IMPATIENT,
    });
    const seen: number[] = [];
    const reading = (async () => {
      for await (const { n } of tail.jsonStream()) seen.push(n);
    })();

    let sent = 0;
    for (let kill = 0; kill < KILLS; kill += 1) {
      const seenBefore = seen.length;
      while (seen.length < seenBefore + 20) {
        if (sent < seen.length + AHEAD_MAX) producer.append(JSON.stringify({ n: sent++ }));
        await new Promise((resolve) => setImmediate(resolve));
      }
      // What is under way now has been stored or not: its answer is lost either way.
      await loom.restart('SIGKILL');
    }
    await producer.flush();
    await handle.close();
    await reading;

    const expected = Array.from({ length: sent }, (_, n) => n);
    expect(errors).toEqual([]);
    expect(seen).toEqual(expected);
    const stored = await stream<{ n: number }>({ url, offset: '-1', live: false });
    expect((await stored.json()).map(({ n }) => n)).toEqual(expected);
  });

  it('the client reads the same text by events as by catching up, however it was appended', async () => {
    const unit = fc.constantFrom('a', ' ', '  ', '\t', '\n', ':', 'data: ', 'ü', '€', '🧵', '\u2028');
    const pieces = fc.array(fc.string({ unit, minLength: 1, maxLength: 12 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(pieces, fc.boolean(), async (texts, isLive) => {
        const url = `${loom.url}/v1/stream/text/${randomUUID()}`;
        const handle = await DurableStream.create({ url, contentType: 'text/plain' });
        const append = async (): Promise<void> => {
          for (const text of texts) await handle.append(text);
          await handle.close();
        };
        if (!isLive) await append();
        const reading = stream({ url, offset: '-1', live: 'sse' }).then(textOf);
        if (isLive) await append();
        expect(await reading).toBe(texts.join(''));
        expect(await (await fetch(url)).text()).toBe(texts.join(''));
      }),
      { numRuns: 60 },
    );
  });

  it('the client reads the same bytes by events as by catching up, however they were appended', async () => {
    const pieces = fc.array(fc.uint8Array({ minLength: 1, maxLength: 50 }), { minLength: 1, maxLength: 5 });
    await fc.assert(
      fc.asyncProperty(pieces, async (chunks) => {
        const url = `${loom.url}/v1/stream/bytes/${randomUUID()}`;
        const handle = await DurableStream.create({ url, contentType: 'application/x-thing' });
        for (const chunk of chunks) await handle.append(chunk);
        await handle.close();
        const read: Uint8Array[] = [];
        const events = await stream({ url, offset: '-1', live: 'sse' });
        for await (const bytes of events.bodyStream()) read.push(bytes);
        expect(Buffer.concat(read)).toEqual(Buffer.concat(chunks));
        expect(Buffer.from(await (await fetch(url)).arrayBuffer())).toEqual(Buffer.concat(chunks));
      }),
      { numRuns: 30 },
    );
  });

  it.each(['sse', 'long-poll'] as const)('the client follows a stream by %s to its end', async (live) => {
    const url = `${loom.url}/v1/stream/follow/${live}`;
    const handle = await DurableStream.create({ url, contentType: 'text/plain' });
    const following = await stream({ url, offset: '-1', live });
    const text = textOf(following);
    for (const word of ['warp ', 'and ', 'weft\n', 'ü€\n']) await handle.append(word);
    await handle.close();
    expect(await text).toBe('warp and weft\nü€\n');
  });
});
