import { createHash, randomBytes, randomUUID } from 'node:crypto';
import type { Call } from './call';
import { onEachDeployment, type Site } from './deployments';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('httpipe', () => {
  onEachDeployment('httpipe', (site) => {
    itPairs(site);
    itKeepsOrder(site);
    itSurvives(site);
    itDestroys(site);
  });
});

/** A channel that no other test uses. */
const freshChannel = (): string => `/channels/${randomUUID()}/do_work`;
const post = (site: Site, path: string, body?: string | Buffer, headers = {}): Call =>
  site.call(path, { method: 'POST', headers, ...(body !== undefined && { body }) });
const get = (site: Site, path: string): Call => site.call(path);
const textOf = async (call: Call): Promise<string> => (await call.answer()).text;

/** Calls that came one after the other, and wait. */
async function waiting(count: number, make: (index: number) => Call): Promise<Call[]> {
  const calls: Call[] = [];
  for (let index = 1; index <= count; index += 1) calls.push(await make(index).waits());
  return calls;
}

function itPairs(site: Site): void {
  it('a waiting producer is paired with the next consumer', async () => {
    const channel = freshChannel();
    const producer = await post(site, channel, 'hello').waits();
    const consumed = await get(site, channel).answer();
    expect([consumed.status, consumed.text]).toEqual([200, 'hello']);
    const produced = await producer.answer();
    expect([produced.status, produced.text]).toEqual([200, '']);
  });

  it('a waiting consumer is paired with the next producer', async () => {
    const channel = freshChannel();
    const consumer = await get(site, channel).waits();
    expect(await post(site, channel, 'hello').status()).toBe(200);
    expect(await textOf(consumer)).toBe('hello');
  });

  it('requests are paired only within their channel, whatever its name', async () => {
    const names = [
      'a%2Fb/c',
      'a/b%2Fc',
      '__proto__/constructor',
      'constructor/__proto__',
      '{}/*',
      ':/%7B%7D',
    ];
    const unique = randomUUID();
    const paths = [...names, `${'x'.repeat(1_000)}/y`, 'v1/a', 'v2/a', 'v1/b'].map(
      (name) => `/channels/${unique}${name}`,
    );
    const producers = paths.map((path, index) => post(site, path, `message ${index}`));
    for (const index of paths.keys()) {
      const path = paths[paths.length - 1 - index] ?? '';
      expect(await textOf(get(site, path))).toBe(`message ${paths.indexOf(path)}`);
    }
    for (const producer of producers) expect(await producer.status()).toBe(200);
  });

  it('a message of any size arrives, with a length or in chunks', async () => {
    const body = randomBytes(3 * 1024 * 1024);
    const channel = freshChannel();
    const whole = post(site, channel, body);
    const first = await get(site, channel).answer();
    expect([sha256(first.body), first.headers['content-length']]).toEqual([
      sha256(body),
      String(body.length),
    ]);
    await whole.answer();
    const chunked = post(site, channel);
    await chunked.write(body.subarray(0, 1_000_000));
    chunked.end(body.subarray(1_000_000));
    const second = await get(site, channel).answer();
    expect([sha256(second.body), second.headers['transfer-encoding']]).toEqual([sha256(body), 'chunked']);
    await chunked.answer();
  });

  it('an empty message arrives', async () => {
    const channel = freshChannel();
    const producer = await post(site, channel, '').waits();
    const { status, text } = await get(site, channel).answer();
    expect([status, text]).toEqual([200, '']);
    expect(await producer.status()).toBe(200);
  });

  it('a chunk arrives while its producer is still sending', async () => {
    const channel = freshChannel();
    const consumer = get(site, channel);
    const producer = post(site, channel);
    await producer.write('first,');
    expect((await consumer.until(6)).toString()).toBe('first,');
    producer.end('second');
    expect(await textOf(consumer)).toBe('first,second');
  });

  it('a producer waits for a slow consumer, which gets all bytes', async () => {
    const channel = freshChannel();
    const body = randomBytes(24 * 1024 * 1024);
    const producer = post(site, channel, body);
    const consumer = get(site, channel);
    (await consumer.head()).pause();
    await producer.waits();
    consumer.resume();
    expect(sha256((await consumer.answer()).body)).toBe(sha256(body));
    expect(await producer.status()).toBe(200);
  });

  it.each([
    ['application/json', 'application/json'],
    ['application/x-www-form-urlencoded', 'application/octet-stream'],
    ['application/x-www-form-urlencoded; charset=UTF-8', 'application/x-www-form-urlencoded; charset=UTF-8'],
    ['', 'application/octet-stream'],
    [undefined, 'application/octet-stream'],
  ])('the content type %s arrives as %s', async (sent, received) => {
    const channel = freshChannel();
    const producer = post(site, channel, 'x', sent === undefined ? {} : { 'Content-Type': sent });
    expect((await get(site, channel).headers())['content-type']).toBe(received);
    await producer.answer();
  });
}

function itKeepsOrder(site: Site): void {
  it('producers are served in the order of their arrival', async () => {
    const channel = freshChannel();
    const producers = await waiting(4, (index) => post(site, channel, `p${index}`));
    expect(await textOf(get(site, channel))).toBe('p1');
    await Promise.all(producers.slice(1).map((producer) => producer.waits()));
    for (const expected of ['p2', 'p3', 'p4']) expect(await textOf(get(site, channel))).toBe(expected);
    for (const producer of producers) expect(await producer.status()).toBe(200);
  });

  it('consumers are served in the order of their arrival', async () => {
    const channel = freshChannel();
    const consumers = await waiting(5, () => get(site, channel));
    for (const index of [1, 2, 3, 4]) expect(await post(site, channel, `m${index}`).status()).toBe(200);
    expect(await Promise.all(consumers.slice(0, 4).map(textOf))).toEqual(['m1', 'm2', 'm3', 'm4']);
    await (await consumers[4]?.waits())?.leave();
  });

  it('each message of a crowd is delivered once', async () => {
    const channel = freshChannel();
    const consumers = Array.from({ length: 5 }, () => get(site, channel));
    const producers = Array.from({ length: 5 }, (_, index) => post(site, channel, `m${index}`));
    const received = await Promise.all(consumers.map(textOf));
    expect(received.sort()).toEqual(['m0', 'm1', 'm2', 'm3', 'm4']);
    expect(await Promise.all(producers.map((one) => one.status()))).toEqual([200, 200, 200, 200, 200]);
  });

  it('the next pair starts after the pair before has ended', async () => {
    const channel = freshChannel();
    const [c1, c2] = [await get(site, channel).waits(), await get(site, channel).waits()];
    const p1 = post(site, channel);
    await p1.write('one');
    await c1.until(3);
    const p2 = await post(site, channel, 'two').waits();
    await c2.waits();
    p1.end();
    expect([await textOf(c1), await textOf(c2)]).toEqual(['one', 'two']);
    expect([await p1.status(), await p2.status()]).toEqual([200, 200]);
  });
}

function itSurvives(site: Site): void {
  it('a producer that leaves the queue is skipped', async () => {
    const channel = freshChannel();
    const [p1, p2] = await waiting(2, (index) => post(site, channel, `p${index}`));
    await p1?.leave();
    const consumer = get(site, channel);
    expect(await textOf(consumer)).toBe('p2');
    expect(await p2?.status()).toBe(200);
  });

  it('a consumer that leaves the queue is skipped', async () => {
    const channel = freshChannel();
    const [c1, c2] = await waiting(2, () => get(site, channel));
    await c1?.leave();
    expect(await post(site, channel, 'x').status()).toBe(200);
    expect(c2 === undefined ? '' : await textOf(c2)).toBe('x');
  });

  it('a consumer is cut if its producer breaks off, and the next pair runs', async () => {
    const channel = freshChannel();
    const consumer = get(site, channel);
    const producer = post(site, channel);
    await producer.write('half');
    await consumer.until(4);
    await producer.leave();
    expect(await consumer.over()).toBe(false);
    const next = post(site, channel, 'next');
    expect(await textOf(get(site, channel))).toBe('next');
    await next.answer();
  });

  it('a producer gets 502 if its consumer breaks off, and the next pair runs', async () => {
    const channel = freshChannel();
    const consumer = get(site, channel);
    const producer = post(site, channel);
    await producer.write('half');
    await consumer.until(4);
    await consumer.leave();
    const writing = setInterval(() => void producer.write('more').catch(() => {}), 20);
    expect(await producer.status()).toBe(502);
    clearInterval(writing);
    const next = post(site, channel, 'next');
    expect(await textOf(get(site, channel))).toBe('next');
    await next.answer();
  });

  it('a consumer keeps its place if its producer leaves before the first byte', async () => {
    const channel = freshChannel();
    const [c1, c2] = await waiting(2, () => get(site, channel));
    const silent = await post(site, channel).waits();
    await silent.leave();
    expect(await post(site, channel, 'one').status()).toBe(200);
    expect(await post(site, channel, 'two').status()).toBe(200);
    expect([await c1?.answer(), await c2?.answer()].map((answer) => answer?.text)).toEqual(['one', 'two']);
  });

  it('a producer keeps its place if its consumer leaves before the first byte', async () => {
    const channel = freshChannel();
    const p1 = await post(site, channel).waits();
    const p2 = await post(site, channel, 'two').waits();
    const consumer = await get(site, channel).waits();
    await consumer.leave();
    const [c1, c2] = await waiting(2, () => get(site, channel));
    p1.end('one');
    expect([await c1?.answer(), await c2?.answer()].map((answer) => answer?.text)).toEqual(['one', 'two']);
    expect([await p1.status(), await p2.status()]).toEqual([200, 200]);
  });

  it('a HEAD takes no message', async () => {
    const channel = freshChannel();
    const producer = await post(site, channel, 'x').waits();
    expect(await site.call(channel, { method: 'HEAD' }).status()).toBe(405);
    expect(await site.call(channel, { method: 'OPTIONS' }).status()).toBe(405);
    expect(await textOf(get(site, channel))).toBe('x');
    await producer.answer();
  });
}

function itDestroys(site: Site): void {
  it('a deleted channel ends its requests and is no longer listed', async () => {
    const namespace = randomUUID();
    const channel = (name: string): string => `/channels/${namespace}/${name}`;
    const producer = await post(site, channel('a'), 'old').waits();
    const consumer = await get(site, channel('b')).waits();
    const bystander = await post(site, channel('c'), 'mine').waits();
    const namesOf = async (path: string): Promise<string[]> =>
      JSON.parse(await textOf(get(site, path))).sort();
    expect(await namesOf(`/channels/${namespace}`)).toEqual(['a', 'b', 'c']);
    expect(await namesOf('/channels/namespaces')).toContain(namespace);
    for (const name of ['a', 'b', 'unknown']) {
      expect(await site.call(channel(name), { method: 'DELETE' }).status()).toBe(200);
    }
    expect([await producer.status(), await consumer.status()]).toEqual([410, 410]);
    await bystander.waits();
    const again = post(site, channel('a'), 'new');
    expect(await textOf(get(site, channel('a')))).toBe('new');
    expect(await textOf(get(site, channel('c')))).toBe('mine');
    await Promise.all([again.answer(), bystander.answer()]);
    expect(await get(site, `/channels/${namespace}`).status()).toBe(404);
    expect(await namesOf('/channels/namespaces')).not.toContain(namespace);
  });

  it('a deleted namespace ends all requests that wait in it', async () => {
    const [one, other] = [randomUUID(), randomUUID()];
    const gone = [post(site, `/channels/${one}/a`, 'x'), get(site, `/channels/${one}/b`)];
    const bystander = get(site, `/channels/${other}/a`);
    await Promise.all([...gone, bystander].map((call) => call.waits()));
    expect(await site.call(`/channels/${one}`, { method: 'DELETE' }).status()).toBe(200);
    expect(await Promise.all(gone.map((call) => call.status()))).toEqual([410, 410]);
    expect(await post(site, `/channels/${other}/a`, 'y').status()).toBe(200);
    expect(await textOf(bystander)).toBe('y');
  });
}
