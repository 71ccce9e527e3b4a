import { Producer, request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startRedisServer } from '../support/redis-server';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

const SOON = 'timeout=2m';

onEachStore('a wait for a stream', ({ url, freshId }) => {
  const waited = async (id: string, query: string) => {
    const { status, text } = await request(url(`/stream/${id}/wait?${query}`));
    return { status, ...(text !== '' && JSON.parse(text)) };
  };
  const opened = async (body: string) => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`), {
      headers: { 'X-Stream-Metadata': '{"exitCode":3}' },
    });
    await producer.head;
    if (body !== '') await producer.write(body);
    return { id, producer };
  };

  it('for its end is answered with the end', async () => {
    const { id, producer } = await opened('a\nb');
    const answer = waited(id, SOON);
    await producer.end();
    const end = { state: 'closed', outcome: 'complete', exitCode: 3, bytes: 3, lines: 2, holds: true };
    expect(await answer).toEqual({ status: 200, ...end });
    expect(await waited(id, 'for=closed&timeout=0')).toEqual({ status: 200, ...end });
  });

  it('for a number of bytes or lines is answered once they are there', async () => {
    const { id, producer } = await opened('');
    const [bytes, lines] = [waited(id, `for=bytes&count=5&${SOON}`), waited(id, `for=line&count=2&${SOON}`)];
    for (const piece of ['a\n', 'b', 'cd']) await producer.write(piece);
    expect(await bytes).toMatchObject({ status: 200, holds: true, bytes: 5 });
    expect(await lines).toMatchObject({ status: 200, holds: true, lines: 2 });
    await producer.end();
  });

  it('for a text is answered with the line that has it', async () => {
    const { id, producer } = await opened('nothing\nready 1\nrea');
    const [first, second] = ['', '&count=2'].map((count) => waited(id, `for=line&q=ready${count}&${SOON}`));
    expect(await first).toMatchObject({ holds: true, match: { line: 2, text: 'ready 1', at: [[0, 5]] } });
    await producer.write('dy 2\n');
    expect(await second).toMatchObject({ holds: true, match: { line: 3, offset: 16, text: 'ready 2' } });
    await producer.end();
  });

  it('that can never hold is answered when the stream ends', async () => {
    const { id, producer } = await opened('x\n');
    const answers = ['for=line&q=absent', 'for=line&count=9', 'for=bytes&count=99'].map((query) =>
      waited(id, `${query}&${SOON}`),
    );
    await producer.end('the rest');
    for (const answer of answers)
      expect(await answer).toMatchObject({ status: 200, state: 'closed', holds: false, bytes: 10 });
  });

  it('for a text in the unfinished last line is answered when the stream ends', async () => {
    const { id, producer } = await opened('x\n');
    const answer = waited(id, `for=line&q=last&${SOON}`);
    await producer.end('the last');
    expect(await answer).toMatchObject({ holds: true, match: { line: 2, text: 'the last' } });
  });

  it('is answered 204 after its time', async () => {
    const { id, producer } = await opened('x');
    const began = performance.now();
    expect(await waited(id, 'timeout=200ms')).toEqual({ status: 204 });
    expect(performance.now() - began).toBeGreaterThan(195);
    expect(await waited(id, 'for=line&count=2&timeout=0')).toEqual({ status: 204 });
    expect(await waited(id, 'for=line&q=y&timeout=0')).toEqual({ status: 204 });
    await producer.end();
  });

  it('waits for the stream itself with create', async () => {
    const id = freshId();
    expect((await waited(id, SOON)).status).toBe(404);
    expect(await waited(id, 'create&timeout=10ms')).toEqual({ status: 204 });
    const answer = waited(id, `create&for=line&q=b&${SOON}`);
    // The answer to a later request shows that this one waits.
    expect((await waited(freshId(), 'create&timeout=50ms')).status).toBe(204);
    await request(url(`/stream/${id}`), { method: 'POST', body: 'a\nb\n' });
    expect(await answer).toMatchObject({ status: 200, match: { line: 2 } });
  });

  it('is refused when the stream is removed or replaced', async () => {
    const { id } = await opened('x\n');
    const answers = [SOON, `for=line&q=y&${SOON}`].map((query) => waited(id, query));
    expect((await waited(id, 'timeout=100ms')).status).toBe(204);
    await request(url(`/stream/${id}?force=true`), { method: 'POST', body: 'y\n' });
    for (const answer of answers) expect(await answer).toMatchObject({ status: 410, code: 'stream_gone' });
  });

  it.each([
    ['for=line%20', 'closed, line or bytes'],
    ['for=closed&count=2', 'count does not go with for=closed'],
    ['for=bytes&q=a', 'q does not go with for=bytes'],
    ['q=a', 'q does not go with for=closed'],
    ['for=line&count=0', 'count must be a plain decimal number, 1 to'],
    ['timeout=6m', 'timeout must be 0 to 5m'],
    ['timeout=-1', 'timeout must be 0 to 5m'],
    ['until=1', '"until"'],
  ])('refuses %s', async (query, sentence) => {
    expect(await waited(freshId(), query)).toMatchObject({
      status: 400,
      code: 'parameter_invalid',
      error: expect.stringContaining(sentence),
    });
  });

  it('keeps a stream that expires when idle', async () => {
    const id = freshId();
    const headers = { 'Stream-TTL': '3', 'Content-Type': 'text/plain' };
    await request(url(`/v1/stream/${id}`), { method: 'PUT', headers });
    expect((await waited(id, 'timeout=7s')).status).toBe(204);
    expect((await request(url(`/stream/${id}/info`))).status).toBe(200);
  });
});

it('a server that stops answers a wait with 204', async () => {
  const loom = await LoomProcess.start({ store: 'memory:' });
  const producer = new Producer(`${loom.url}/stream/a`);
  await producer.head;
  const answer = request(`${loom.url}/stream/a/wait?${SOON}`);
  expect((await request(`${loom.url}/stream/a/wait?timeout=100ms`)).status).toBe(204);
  await loom.stop();
  expect((await answer).status).toBe(204);
});

describe('a wait at one node of two', () => {
  it('is answered by what comes at the other', async () => {
    const redis = await startRedisServer();
    const [one, other] = await Promise.all([0, 1].map(() => LoomProcess.start({ store: redis.url })));
    if (one === undefined || other === undefined) throw new Error('there are two');
    const answers = ['', '&for=line&q=ready', '&for=bytes&count=8', '&for=line&count=2'].map(async (query) =>
      JSON.parse((await request(`${other.url}/stream/a/wait?create&${SOON}${query}`)).text),
    );
    const matches = (async () => (await request(`${other.url}/matches?q=ready`)).text)();
    expect(await matches).toContain('"matches":0');
    const producer = new Producer(`${one.url}/stream/a`);
    await producer.head;
    const followed = request(`${other.url}/stream/a/matches?q=%5Eready&regex&follow`);
    await producer.write('x\nready\n');
    expect(await Promise.all(answers.slice(1))).toMatchObject([
      { holds: true, match: { line: 2 } },
      { holds: true, bytes: 8 },
      { holds: true, lines: 2 },
    ]);
    await producer.end('ready too');
    expect(await answers[0]).toMatchObject({ state: 'closed', holds: true });
    expect(
      (await followed).text
        .split('\n')
        .slice(0, 2)
        .map((line) => JSON.parse(line)),
    ).toMatchObject([
      { line: 2, text: 'ready' },
      { line: 3, text: 'ready too' },
    ]);
    await Promise.all([one.stop(), other.stop()]);
    await redis.stop();
  });
});

describe('a token', () => {
  const loom = withLoom({
    store: 'memory:',
    config:
      'tokens: [{token: all}, {token: read, scopes: [consume], prefix: a-}, {token: send, scopes: [produce]}]',
  });

  it('needs the scope consume, and its prefix, to search, to wait and for the index', async () => {
    const as = (token: string, path: string) =>
      request(loom.url(path), { headers: { Authorization: `Bearer ${token}` } });
    for (const id of ['a-1', 'b-1']) {
      const headers = { Authorization: 'Bearer all' };
      await request(loom.url(`/stream/${id}`), { method: 'POST', headers, body: 'x\n' });
    }
    for (const path of ['matches?q=x', 'wait', 'index', 'info']) {
      const statuses = [
        as('read', `/stream/a-1/${path}`),
        as('read', `/stream/b-1/${path}`),
        as('send', `/stream/a-1/${path}`),
      ];
      expect((await Promise.all(statuses)).map(({ status }) => status)).toEqual([200, 403, 403]);
      expect((await request(loom.url(`/stream/a-1/${path}`))).status).toBe(401);
    }
    expect((await as('read', '/matches?q=x')).text.match(/"id":"[^"]*"/g)).toEqual(['"id":"a-1"']);
    expect((await as('all', '/matches?q=x')).text.match(/"id":"[^"]*"/g)).toEqual([
      '"id":"b-1"',
      '"id":"a-1"',
    ]);
    expect((await as('read', '/matches?q=x&prefix=b-')).status).toBe(403);
  });
});
