import { once } from 'node:events';
import http from 'node:http';
import { Consumer } from '../support/http';
import { DurableStream, JSON_TYPE, TEXT, token } from './durable-requests';
import { onEachStore } from './on-each-store';

const CONFIG = `
durable: {chunkBytes: 1KiB}
`;

onEachStore(
  'reads at /v1/stream',
  ({ url, freshId }) => {
    const created = async (type: Readonly<Record<string, string>>, body?: string | Buffer) => {
      const stream = new DurableStream(url(`/v1/stream/${freshId()}`));
      expect((await stream.create(type, body)).status).toBe(201);
      return stream;
    };

    it('a stream name may have any characters, and /v1/stream/__ds is reserved', async () => {
      const name = `${freshId()}/a b/ü%2F?`;
      const stream = new DurableStream(url(`/v1/stream/${encodeURI(name).replace('?', '%3F')}`));
      expect((await stream.create(TEXT, 'x')).status).toBe(201);
      expect((await stream.read()).text).toBe('x');
      expect((await new DurableStream(url('/v1/stream/__ds/subscriptions/x')).create()).status).toBe(404);
    });

    it('a read beyond the end is refused with the offset of the end', async () => {
      const stream = await created(TEXT, 'abc');
      for (const live of ['', '&live=long-poll', '&live=sse']) {
        const answer = await stream.read(`?offset=${token(4)}${live}`);
        expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'parameter_invalid']);
        expect(answer.headers['stream-next-offset']).toBe(token(3));
      }
    });

    it('a long stream is read in chunks, and only the last one is up to date', async () => {
      const body = Buffer.alloc(2_500, 'abcdefghij');
      const stream = await created(TEXT, body);
      const first = await stream.read();
      expect(first.body.length).toBe(1_024);
      expect(first.headers['stream-next-offset']).toBe(token(1_024));
      expect(first.headers['stream-up-to-date']).toBeUndefined();
      expect(first.headers['cache-control']).toBe('public, max-age=60, stale-while-revalidate=300');
      await stream.close();
      expect((await stream.read()).headers['stream-closed']).toBeUndefined();
      const last = await stream.read(`?offset=${token(2_048)}`);
      expect(last.body.length).toBe(452);
      expect(last.headers).toMatchObject({ 'stream-up-to-date': 'true', 'stream-closed': 'true' });
      expect((await stream.readAll()).equals(body)).toBe(true);
    });

    it('a JSON stream is read in chunks of whole messages, however large they are', async () => {
      const messages = [{ a: 'x'.repeat(900) }, { b: 'y'.repeat(3_000) }, 1, { c: 'z'.repeat(1_100) }, [], 2];
      const stream = await created(JSON_TYPE, JSON.stringify(messages));
      const read: unknown[] = [];
      let chunks = 0;
      for (let offset = '-1'; ; chunks += 1) {
        const answer = await stream.read(`?offset=${offset}`);
        read.push(...JSON.parse(answer.text));
        offset = String(answer.headers['stream-next-offset']);
        if (answer.headers['stream-up-to-date'] === 'true') break;
      }
      expect(read).toEqual(messages);
      expect(chunks).toBeGreaterThan(1);
    });

    it.each(['x', '', '-2', 'NOW', '0', '12', '1_1', `${token(1)}0`, '0000000000000001_0000000000000000'])(
      'a read from %j is refused, because it is not an offset',
      async (offset) => {
        const stream = await created(TEXT, 'abc');
        expect((await stream.read(`?offset=${offset}`)).status).toBe(400);
        expect((await stream.read(`?offset=${offset}&live=long-poll`)).status).toBe(400);
      },
    );

    it('a read from inside a message is refused', async () => {
      const stream = await created(JSON_TYPE, '[[1],[2]]');
      expect((await stream.read(`?offset=${token(4)}`)).text).toBe('[[2]]');
      for (const inside of [1, 3, 5]) {
        expect((await stream.read(`?offset=${token(inside)}`)).status).toBe(400);
        expect((await stream.read(`?offset=${token(inside)}&live=sse`)).status).toBe(400);
      }
    });

    it('a read with the ETag is answered with 304 until an append, a close or a replacement', async () => {
      const stream = await created(TEXT, 'abc');
      const etags = new Set<string>();
      const changes = [() => stream.append('d', TEXT), () => stream.close(), () => stream.read()];
      for (const change of changes) {
        const { headers } = await stream.read();
        const etag = String(headers.etag);
        expect(etags.has(etag)).toBe(false);
        etags.add(etag);
        const same = await stream.read('', { 'If-None-Match': `"other", W/${etag}` });
        expect(same.status).toBe(304);
        expect(same.headers.etag).toBe(etag);
        await change();
      }
      await stream.remove();
      await stream.create({ ...TEXT, 'Stream-Closed': 'true' }, 'abcd');
      expect(etags.has(String((await stream.read()).headers.etag))).toBe(false);
    });

    it('the max-age of a read is bounded by the TTL of its stream', async () => {
      const stream = await created({ ...TEXT, 'Stream-TTL': '20', 'Stream-Closed': 'true' }, 'abc');
      const [, seconds] =
        /^public, max-age=(\d+)$/.exec(String((await stream.read()).headers['cache-control'])) ?? [];
      expect(Number(seconds)).toBeGreaterThan(10);
      expect(Number(seconds)).toBeLessThanOrEqual(22);
    });

    it('an append wakes all waiting polls and readers of events', async () => {
      const stream = await created(JSON_TYPE);
      const polls = Array.from({ length: 200 }, () => stream.read('?offset=now&live=long-poll'));
      const events = await Consumer.open(`${stream.url}?offset=now&live=sse`);
      await events.until('"upToDate":true');
      // A poll that came later than the first append waits for the next one.
      const writing = setInterval(() => void stream.append('{"n":1}', JSON_TYPE), 100);
      const answers = await Promise.all(polls).finally(() => clearInterval(writing));
      for (const { status, text, headers } of answers) {
        expect([status, text.slice(0, 8)]).toEqual([200, '[{"n":1}']);
        expect(headers['stream-cursor']).toMatch(/^\d+$/);
      }
      await events.until('data:[{"n":1}');
      events.close();
    });

    it('a closing append gives a waiting poll the last bytes, and ends the next poll and the events', async () => {
      const stream = await created(TEXT);
      const poll = stream.read(`?offset=${token(0)}&live=long-poll`);
      const events = await Consumer.open(`${stream.url}?offset=now&live=sse`);
      await events.until('"upToDate":true');
      await stream.append('end', { ...TEXT, 'Stream-Closed': 'true' });
      const answer = await poll;
      expect(answer.text).toBe('end');
      const next = await stream.read(`?offset=${token(3)}&live=long-poll`);
      expect(next.status).toBe(204);
      expect(next.headers).toMatchObject({ 'stream-closed': 'true', 'stream-next-offset': token(3) });
      expect(await events.end()).toMatchObject({ complete: true });
      expect(events.text).toContain('data:end\n');
    });

    it('a removal answers a waiting poll with 404 and ends events without streamClosed', async () => {
      const stream = await created(TEXT);
      const poll = stream.read(`?offset=${token(0)}&live=long-poll`);
      const events = await Consumer.open(`${stream.url}?offset=now&live=sse`);
      await events.until('"upToDate":true');
      await stream.remove();
      expect((await poll).status).toBe(404);
      expect(await events.end()).toMatchObject({ complete: true });
      expect(events.text).not.toContain('streamClosed');
    });

    it('events never cut a character, and make one line end of a CR and an LF', async () => {
      const stream = await created(TEXT);
      const events = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
      await events.until('"upToDate":true');
      const text = Buffer.from(' ü\r\n€\rend');
      for (const byte of text) await stream.append(Buffer.from([byte]), TEXT);
      await stream.close();
      await events.end();
      expect(shown(events.text)).toBe(' ü\n€\nend');
    });

    it('a read has headers that keep it from foreign pages and from being run', async () => {
      const stream = await created(TEXT, 'x');
      const options = await fetch(stream.url, { method: 'OPTIONS' });
      expect([options.status, options.headers.get('allow')]).toEqual([
        204,
        'PUT, POST, HEAD, GET, DELETE, OPTIONS',
      ]);
      for (const answer of [await stream.read(), await stream.read('?offset=x'), await stream.head()]) {
        expect(answer.headers).not.toHaveProperty('access-control-allow-origin');
        expect(answer.headers).toMatchObject({
          'x-content-type-options': 'nosniff',
          'cross-origin-resource-policy': 'same-origin',
        });
      }
      expect((await stream.read()).headers['content-security-policy']).toContain('sandbox');
    });

    it('a request may have the whole URL of a stream as its target, as proxies send it', async () => {
      const { host, origin, port } = new URL(url('/'));
      const target = `${origin}/v1/stream/${freshId()}`;
      const req = http.request({
        port,
        host: '127.0.0.1',
        path: target,
        method: 'PUT',
        headers: { Host: host },
      });
      req.end();
      const [res] = (await once(req, 'response')) as [http.IncomingMessage];
      res.resume();
      expect(res.statusCode).toBe(201);
      expect(res.headers.location).toBe(target);
      expect((await new DurableStream(target).head()).status).toBe(200);
    });

    it('a 404 without a stream name has nosniff', async () => {
      const answer = await fetch(url('/v1/stream'));
      expect(answer.status).toBe(404);
      expect(answer.headers.get('x-content-type-options')).toBe('nosniff');
    });

    it('another method is answered with 405 and Allow', async () => {
      const answer = await fetch(url(`/v1/stream/${freshId()}`), { method: 'PATCH' });
      expect(answer.status).toBe(405);
      expect(answer.headers.get('allow')).toContain('POST');
    });
  },
  { config: CONFIG },
);

/** What an EventSource would have given for the `data` events. */
function shown(events: string): string {
  return events
    .split('\n\n')
    .filter((event) => event.startsWith('event: data\n'))
    .map((event) =>
      event
        .split('\n')
        .slice(1)
        .map((line) => line.replace(/^data: ?/, ''))
        .join('\n'),
    )
    .join('');
}
