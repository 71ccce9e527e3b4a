import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { Consumer, Producer, request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { objectsIn } from './search-answers';
import { withLoom } from './with-loom';

const PROBE = join(__dirname, '../../bench/harness/longest-turn.cjs');
const CATASTROPHE = `q=${encodeURIComponent('(a+)+$')}&regex`;
const ENDLESS = `${'a'.repeat(50_000)}b\n`;
/** Far longer than another process may keep a server from the processor. */
const LONG_MS = 8_000;

describe('an expression that never comes to an end', () => {
  const loom = withLoom({ store: 'memory:', config: 'search: {timeout: 1s, concurrency: 2}' });
  const get = (path: string) => request(loom.url(path));
  const make = (id: string, body: string) => request(loom.url(`/stream/${id}`), { method: 'POST', body });

  it('is ended after its time with 422 and the line where it was', async () => {
    await make('a', `fine\n${ENDLESS}`);
    const { status, text } = await get(`/stream/a/matches?${CATASTROPHE}&line=2`);
    expect([status, JSON.parse(text)]).toEqual([
      422,
      {
        error: expect.stringContaining('too much time'),
        code: 'search_too_costly',
        next: expect.any(Number),
      },
    ]);
    expect((await get(`/matches?${CATASTROPHE}`)).status).toBe(422);
  });

  it('ends an answer that has begun with the error', async () => {
    await make('b', `aa\n${'-\n'.repeat(400_000)}${ENDLESS}`);
    const objects = objectsIn((await get(`/stream/b/matches?${CATASTROPHE}`)).text);
    expect(objects).toMatchObject([{ line: 1 }, { matches: 1, truncated: true, code: 'search_too_costly' }]);
    expect(objects.at(-1)?.next).toBeGreaterThan(1);
  });

  it('in a live line ends the answer as well', async () => {
    const producer = new Producer(loom.url('/stream/c'));
    await producer.head;
    const followed = await Consumer.open(loom.url(`/stream/c/matches?${CATASTROPHE}&follow`));
    await producer.write('aa\n');
    await followed.until('"line":1');
    await producer.write(ENDLESS);
    expect(await followed.end()).toMatchObject({ complete: true });
    expect(objectsIn(followed.text).at(-1)).toMatchObject({ matches: 1, code: 'search_too_costly' });
    await producer.end();
  });

  it('keeps others out only beyond search.concurrency, and not for longer than it runs', async () => {
    await make('d', ENDLESS);
    const both = [get(`/stream/d/matches?${CATASTROPHE}`), get(`/stream/d/matches?${CATASTROPHE}`)];
    const third = await get(`/stream/d/matches?q=b`);
    expect([third.status, third.headers['retry-after'], JSON.parse(third.text).code]).toEqual([
      429,
      '1',
      'too_many_searches',
    ]);
    for (const { status } of await Promise.all(both)) expect(status).toBe(422);
    expect((await get(`/stream/d/matches?q=b`)).status).toBe(200);
  });

  it('is ended when its client leaves', async () => {
    const left = [0, 1].map(async () => {
      const controller = new AbortController();
      const response = fetch(loom.url(`/stream/d/matches?${CATASTROPHE}`), { signal: controller.signal });
      await get('/healthz');
      controller.abort();
      await response.catch(() => {});
    });
    await Promise.all(left);
    for (;;) if ((await get('/stream/d/matches?q=b')).status === 200) break;
  });

  it('searches that follow do not count among those that run', async () => {
    const producer = new Producer(loom.url('/stream/e'));
    await producer.head;
    const followed = await Promise.all(
      Array.from({ length: 5 }, () => Consumer.open(loom.url('/stream/e/matches?q=x&follow'))),
    );
    await producer.end('x');
    for (const one of followed) await one.until('"outcome":"complete"');
  });
});

describe('an expression that never comes to an end in a large file', () => {
  const loom = withLoom({ store: 'file:', config: 'search: {timeout: 1s}' });

  it('is ended after its time, and does not keep others from searching it', async () => {
    await request(loom.url('/stream/a'), { method: 'POST', body: `${'-\n'.repeat(3_000_000)}${ENDLESS}` });
    const { status, text } = await request(loom.url(`/stream/a/matches?${CATASTROPHE}`));
    expect([status, JSON.parse(text).code]).toEqual([422, 'search_too_costly']);
    const objects = objectsIn((await request(loom.url('/stream/a/matches?regex&q=ab$'))).text);
    expect(objects).toMatchObject([
      { line: 3_000_001, offset: 6_000_000 },
      { matches: 1, truncated: false },
    ]);
  });
});

it('an expression that never comes to an end does not hold up other clients', async () => {
  const port = await freePort();
  const loom = await LoomProcess.start({
    store: 'memory:',
    env: {
      LOOM_SEARCH_TIMEOUT: `${LONG_MS}ms`,
      NODE_OPTIONS: `--require ${PROBE}`,
      PROBE_PORT: String(port),
    },
  });
  const longestTurn = async (): Promise<number> => Number((await request(`http://127.0.0.1:${port}/`)).text);
  await request(`${loom.url}/stream/a`, { method: 'POST', body: ENDLESS });
  const producer = new Producer(`${loom.url}/stream/live`);
  await producer.head;
  const tail = await Consumer.open(`${loom.url}/stream/live`);
  await longestTurn();
  let isOver = false;
  const searched = request(`${loom.url}/stream/a/matches?${CATASTROPHE}`).finally(() => {
    isOver = true;
  });
  let appends = 0;
  while (!isOver) {
    await producer.write(`line ${appends}\n`);
    await tail.until(`line ${appends}\n`);
    appends += 1;
  }
  expect((await searched).status).toBe(422);
  // One that held the event loop would leave time for one.
  expect(appends).toBeGreaterThan(3);
  // The expression would have held the event loop for as long as the search took.
  expect(await longestTurn()).toBeLessThan(LONG_MS / 2);
  await producer.end();
  await loom.stop();
});

it('a client that does not read keeps little of its matches in memory', async () => {
  const loom = await LoomProcess.start({ store: 'memory:', env: { LOOM_SEARCH_CONCURRENCY: '1' } });
  const line = `${'x'.repeat(60_000)}\n`;
  await request(`${loom.url}/stream/a`, { method: 'POST', body: line.repeat(2_000) });
  const slow = await Consumer.open(`${loom.url}/stream/a/matches?q=x&limit=10000`);
  slow.res.pause();
  // After a while it no longer counts among the searches that run.
  for (;;) if ((await request(`${loom.url}/stream/a/matches?q=absent`)).status === 200) break;
  expect(slow.bytes.length).toBeLessThan(20_000_000);
  slow.res.resume();
  await slow.end();
  expect(objectsIn(slow.text.slice(slow.text.lastIndexOf('{"matches')))).toMatchObject([{ matches: 2_000 }]);
  await loom.stop();
});
