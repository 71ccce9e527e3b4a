import { Consumer, Producer, request } from '../support/http';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { withLoom } from './with-loom';

interface Change {
  readonly name: string;
  readonly data: Record<string, unknown>;
}

function changesIn(text: string): readonly Change[] {
  return text
    .split('\n\n')
    .slice(0, -1)
    .map((block) => /^event: (\w+)\ndata: (.*)$/.exec(block))
    .flatMap((event) => (event === null ? [] : [{ name: event[1] ?? '', data: JSON.parse(event[2] ?? '') }]));
}

/** Resolves with the first change that fits. @param name `any`: an event may come late and have later facts */
async function change(
  events: Consumer,
  name: string,
  fits: (data: Change['data']) => boolean,
): Promise<Change> {
  for (;;) {
    const found = changesIn(events.text).find(
      (one) => (name === 'any' || one.name === name) && fits(one.data),
    );
    if (found !== undefined) return found;
    await events.more();
  }
}

const of =
  (id: string) =>
  (data: Change['data']): boolean =>
    data['id'] === id;

const OPEN = { 'Upload-Complete': '?0' };

describe.each(['file:', 'redis'])('GET /events on %s', (store) => {
  let redis: RedisServer | undefined;
  beforeAll(async () => {
    if (store === 'redis') redis = await startRedisServer();
  });
  afterAll(() => redis?.stop());
  const options = { store: () => redis?.url ?? store, config: 'events: {interval: 100ms}' };
  const loom = withLoom(options);
  const open: Consumer[] = [];
  afterEach(() => {
    for (const consumer of open.splice(0)) consumer.close();
  });
  const follow = async (path = '/events', base = loom): Promise<Consumer> => {
    const consumer = await Consumer.open(base.url(path));
    open.push(consumer);
    return consumer;
  };
  const entry = async (id: string): Promise<unknown> => {
    const { streams } = JSON.parse((await request(loom.url(`/stream?prefix=${id}`))).text);
    return streams[0];
  };
  const post = (id: string, body: string, headers = {}) =>
    request(loom.url(`/stream/${id}`), { method: 'POST', headers, body });

  it('a stream is created, grows, is closed and removed, and each event has what the list has', async () => {
    const events = await follow();
    expect(events.status).toBe(200);
    expect(events.headers).toMatchObject({
      'content-type': 'text/event-stream; charset=utf-8',
      'cache-control': 'no-store, no-transform',
      'x-accel-buffering': 'no',
    });
    const producer = new Producer(loom.url('/stream/life'), { headers: { 'X-Stream-Metadata': '{"a":1}' } });
    const created = await change(events, 'created', of('life'));
    expect(created.data).toMatchObject({ id: 'life', state: 'open', metadata: { a: 1 } });
    await producer.write('12345');
    await change(events, 'changed', (data) => of('life')(data) && data['bytes'] === 5);
    await producer.end();
    const closed = await change(events, 'closed', of('life'));
    expect(closed.data).toEqual(await entry('life'));
    expect(closed.data).toMatchObject({ state: 'closed', outcome: 'complete', bytes: 5 });
    await request(loom.url('/stream/life'), { method: 'DELETE' });
    const removed = await change(events, 'removed', of('life'));
    expect(removed.data).toEqual({ id: 'life', outcome: 'deleted' });
  });

  it('the exit code that ends a stream comes with its end, and a lost producer before', async () => {
    const events = await follow();
    const producer = new Producer(loom.url('/stream/run'), { headers: OPEN });
    await producer.write('x');
    await change(events, 'created', of('run'));
    producer.destroy();
    await change(events, 'changed', (data) => of('run')(data) && data['state'] === 'interrupted');
    await request(loom.url('/stream/run'), {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': '1',
        'Upload-Complete': '?1',
        'X-Stream-Metadata': '{"exitCode":3}',
      },
    });
    const closed = await change(events, 'closed', of('run'));
    expect(closed.data).toMatchObject({ outcome: 'complete', metadata: { exitCode: 3 } });
  });

  it('a stream that replaces another is created, and the other is not removed after it', async () => {
    await post('again', 'one');
    const events = await follow('/events?prefix=again');
    await post('again?force=true', 'three');
    await change(events, 'closed', (data) => data['bytes'] === 5);
    await request(loom.url('/stream/again'), { method: 'DELETE' });
    await change(events, 'removed', of('again'));
    const names = changesIn(events.text).map(({ name, data }) => `${name} ${data['outcome']}`);
    expect(names.filter((name) => name.startsWith('removed'))).toEqual(['removed deleted']);
  });

  it('a reader gets only the streams of its prefix', async () => {
    const [all, some] = [await follow(), await follow('/events?prefix=some-')];
    await post('other-1', 'x');
    await post('some-1', 'x');
    for (const events of [all, some]) await change(events, 'closed', of('some-1'));
    expect(all.text).toContain('other-1');
    expect(some.text).not.toContain('other-1');
  });

  it('a list that is read after the head of the events misses nothing in between', async () => {
    const ids = Array.from({ length: 60 }, (_, n) => `gap-${n}`);
    const posts = ids.map(async (id) => post(id, 'x'));
    const events = await follow('/events?prefix=gap-');
    const { streams } = JSON.parse((await request(loom.url('/stream?prefix=gap-&limit=1000'))).text);
    const listed = new Set(
      streams
        .filter(({ state }: { state: string }) => state === 'closed')
        .map(({ id }: { id: string }) => id),
    );
    await Promise.all(posts);
    for (const id of ids) if (!listed.has(id)) await change(events, 'closed', of(id));
  });

  it('the size of a stream that changed before a reader came is in its list, and later sizes come', async () => {
    await follow();
    const producer = new Producer(loom.url('/stream/size'), { headers: OPEN });
    await producer.write('1');
    expect((await producer.head).statusCode).toBe(201);
    const later = await follow('/events?prefix=size');
    await producer.write('23');
    await change(later, 'any', ({ bytes }) => bytes === 3);
    producer.destroy();
  });

  it('what is not a reader’s business is refused', async () => {
    expect((await request(loom.url('/events?state=open'))).status).toBe(400);
    expect((await request(loom.url('/events'), { method: 'POST' })).status).toBe(405);
    const head = await request(loom.url('/events'), { method: 'HEAD' });
    expect([head.status, head.headers['content-type']]).toEqual([200, 'text/event-stream; charset=utf-8']);
  });

  if (store === 'redis') {
    const other = withLoom(options);

    it('a node sends what happens on another one', async () => {
      const events = await follow('/events?prefix=far', other);
      const producer = new Producer(loom.url('/stream/far'));
      await producer.write('12');
      await change(events, 'created', of('far'));
      await change(events, 'any', ({ bytes }) => bytes === 2);
      await producer.end('345');
      const closed = await change(events, 'closed', of('far'));
      expect(closed.data['bytes']).toBe(5);
    });
  }
});

describe('GET /events with a slow reader', () => {
  const loom = withLoom({ store: 'memory:', config: 'events: {interval: 100ms, pendingBytes: 16KiB}' });

  it('a reader that is too slow is reset, and goes on from there', async () => {
    const slow = await Consumer.open(loom.url('/events'));
    slow.res.pause();
    const headers = { 'X-Stream-Metadata': JSON.stringify('x'.repeat(16_000)) };
    const post = (id: string) => request(loom.url(`/stream/${id}`), { method: 'POST', headers, body: 'x' });
    for (let n = 0; n < 1000; n += 50)
      await Promise.all(Array.from({ length: 50 }, (_, i) => post(`large-${n + i}`)));
    slow.res.resume();
    await slow.until('event: reset\ndata: {}\n\n');
    await request(loom.url('/stream/later'), { method: 'POST', body: 'x' });
    await slow.until('event: closed\ndata: {"id":"later"');
    expect(changesIn(slow.text).filter(({ name }) => name === 'closed').length).toBeLessThan(1000);
    slow.close();
  });
});

describe('GET /events of a server that stops, or has tokens', () => {
  const config =
    'tokens: [all, {token: some, prefix: "some-"}, {token: write, scopes: [produce]}]\nlive: {heartbeat: 1s}';
  const loom = withLoom({ store: 'memory:', config });

  it('the events need a token that may read, and have only its streams', async () => {
    const status = async (path: string) => (await request(loom.url(path), { method: 'HEAD' })).status;
    expect(await status('/events')).toBe(401);
    expect(await status('/events?access_token=write')).toBe(403);
    expect(await status('/events?access_token=some&prefix=other-')).toBe(403);
    const events = await Consumer.open(loom.url('/events?access_token=some'));
    for (const id of ['other-1', 'some-1'])
      await request(loom.url(`/stream/${id}?access_token=all`), { method: 'POST', body: 'x' });
    await change(events, 'closed', of('some-1'));
    expect(events.text).not.toContain('other-1');
    events.close();
  });

  it('a silent connection gets comments, and is cut when the server stops', async () => {
    const events = await Consumer.open(loom.url('/events?access_token=all'));
    await events.until(':\n\n:\n\n');
    await loom.process().stop();
    expect((await events.end()).complete).toBe(false);
  });
});
