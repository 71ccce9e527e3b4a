import { once } from 'node:events';
import http from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import { Consumer, Producer } from '../support/http';
import { DurableStream, JSON_TYPE, producer, TEXT, token } from './durable-requests';
import { onEachStore } from './on-each-store';

const LIMITS = `
limits: {appendBytes: 64KiB, producersPerStream: 2, gatheredBytes: 1MiB, bytesPerStream: 2MiB}
`;

onEachStore(
  'appends at /v1/stream',
  ({ url, freshId }) => {
    const fresh = () => new DurableStream(url(`/v1/stream/${freshId()}`));
    const created = async (type = TEXT) => {
      const stream = fresh();
      expect((await stream.create(type)).status).toBe(201);
      return stream;
    };

    it('a chunked append can be read piece by piece while it arrives', async () => {
      const stream = await created();
      const events = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
      const writer = new Producer(stream.url, { headers: TEXT });
      await writer.write('one ');
      await events.until('data:one \n');
      expect((await stream.read()).text).toBe('one ');
      await writer.write('two');
      await events.until('data:two\n');
      const answer = await writer.end();
      expect(answer.status).toBe(204);
      expect(answer.headers['stream-next-offset']).toBe(token(7));
      events.close();
    });

    it('a chunked append whose connection breaks stores what arrived and does not close the stream', async () => {
      const stream = await created();
      const events = await Consumer.open(`${stream.url}?offset=-1&live=sse`);
      const writer = new Producer(stream.url, { headers: { ...TEXT, 'Stream-Closed': 'true' } });
      await writer.write('kept');
      await events.until('data:kept\n');
      writer.destroy();
      expect((await stream.append(' and more', TEXT)).headers['stream-next-offset']).toBe(token(13));
      expect((await stream.read()).headers['stream-closed']).toBeUndefined();
      events.close();
    });

    it('a chunked append with Stream-Closed closes the stream after its last piece', async () => {
      const stream = await created();
      const writer = new Producer(stream.url, { headers: { ...TEXT, 'Stream-Closed': 'true' } });
      await writer.write('all');
      expect((await writer.end()).headers).toMatchObject({
        'stream-closed': 'true',
        'stream-next-offset': token(3),
      });
      expect((await stream.read()).headers['stream-closed']).toBe('true');
    });

    it.each([TEXT, {}])(
      'an empty chunked append closes the stream, and may be repeated: %j',
      async (type) => {
        const stream = await created();
        await stream.append('all', TEXT);
        for (let time = 0; time < 2; time += 1) {
          const writer = new Producer(stream.url, { headers: { ...type, 'Stream-Closed': 'true' } });
          const answer = await writer.end();
          expect(answer.status).toBe(204);
          expect(answer.headers).toMatchObject({ 'stream-closed': 'true', 'stream-next-offset': token(3) });
        }
        const late = new Producer(stream.url, { headers: { ...TEXT, 'Stream-Closed': 'true' } });
        expect((await late.end('more')).status).toBe(409);
      },
    );

    it('a chunked append of bytes without a Content-Type is refused and does not close the stream', async () => {
      const stream = await created();
      const writer = new Producer(stream.url, { headers: { 'Stream-Closed': 'true' } });
      expect((await writer.end('x')).status).toBe(400);
      expect((await stream.read()).headers['stream-closed']).toBeUndefined();
    });

    it('an append of the wrong type is refused without a 100 Continue', async () => {
      const stream = await created();
      const headers = { 'Content-Type': 'image/png', 'Content-Length': '1', Expect: '100-continue' };
      const req = http.request(stream.url, { method: 'POST', headers });
      let isContinued = false;
      req.on('continue', () => {
        isContinued = true;
      });
      req.flushHeaders();
      const [res] = (await once(req, 'response')) as [http.IncomingMessage];
      expect([res.statusCode, isContinued]).toEqual([409, false]);
      req.destroy();
    });

    it.each(['Producer-Id', 'Stream-Seq', 'Producer-Seq'])(
      'an append with two headers %s is refused',
      async (name) => {
        const stream = await created();
        const pairs = { ...TEXT, ...producer('p', 0, 0), 'Stream-Seq': '1', [name]: ['0', '1'] };
        const req = http.request(stream.url, { method: 'POST', headers: pairs });
        req.end('x');
        const [res] = (await once(req, 'response')) as [http.IncomingMessage];
        expect(res.statusCode).toBe(400);
        res.resume();
      },
    );

    it('a chunked append of an idempotent producer is stored whole or not at all', async () => {
      const stream = await created();
      const headers = { ...TEXT, ...producer('p', 0, 0) };
      const broken = new Producer(stream.url, { headers });
      await broken.write('half');
      broken.destroy();
      await broken.cut();
      const writer = new Producer(stream.url, { headers });
      await writer.write('who');
      // Another request that was sent later and is answered shows that nothing of the first one is there.
      expect((await stream.append('other ', TEXT)).status).toBe(204);
      expect((await stream.read()).text).toBe('other ');
      expect((await writer.end('le')).status).toBe(200);
      expect((await stream.read()).text).toBe('other whole');
    });

    it('a chunked append to a JSON stream is one document', async () => {
      const stream = await created(JSON_TYPE);
      const writer = new Producer(stream.url, { headers: JSON_TYPE });
      await writer.write('[{"a":1},');
      expect((await stream.read()).text).toBe('[]');
      expect((await writer.end('{"b":2}]')).status).toBe(204);
      expect((await stream.read()).text).toBe('[{"a":1},{"b":2}]');
    });

    it('a JSON append keeps numbers and the order of keys as they were written', async () => {
      const stream = await created(JSON_TYPE);
      const text = '{"b":12345678901234567890,"2":1e400,"1":"\\u00e9 \\" [,] \\\\"}';
      await stream.append(` [ ${text} , [ ] , "x,y" ]\r\n`, JSON_TYPE);
      expect((await stream.read()).text).toBe(`[${text},[],"x,y"]`);
    });

    it.each(['', '{', '[1,]', 'nul', '"\u0000"', '[1] [2]', '\ufeff1'])(
      'an append to a JSON stream that is not JSON is refused: %j',
      async (text) => {
        const stream = await created(JSON_TYPE);
        expect((await stream.append(text, JSON_TYPE)).status).toBe(400);
        expect((await stream.read()).text).toBe('[]');
      },
    );

    it('an append to a JSON stream that is not UTF-8 is refused', async () => {
      const stream = await created(JSON_TYPE);
      expect((await stream.append(Buffer.from([0x22, 0xff, 0x22]), JSON_TYPE)).status).toBe(400);
    });

    it('an append beyond limits.appendBytes is refused, before its body if it has a Content-Length', async () => {
      const stream = await created();
      const announced = new Producer(stream.url, {
        headers: { ...TEXT, 'Content-Length': String(64 * 1024 + 1) },
      });
      expect((await announced.answer).status).toBe(413);
      announced.destroy();
      const chunked = new Producer(stream.url, { headers: { ...TEXT, ...producer('p', 0, 0) } });
      await chunked.write(Buffer.alloc(64 * 1024 + 1));
      expect((await chunked.answer).status).toBe(413);
      chunked.destroy();
      expect((await stream.append(Buffer.alloc(64 * 1024), TEXT)).status).toBe(204);
      expect((await stream.head()).headers['stream-next-offset']).toBe(token(64 * 1024));
    });

    it('a chunked append may be longer than limits.appendBytes', async () => {
      const stream = await created();
      const writer = new Producer(stream.url, { headers: TEXT });
      for (let piece = 0; piece < 10; piece += 1) await writer.write(Buffer.alloc(20_000, String(piece)));
      expect((await writer.end()).headers['stream-next-offset']).toBe(token(200_000));
      expect((await stream.readAll()).subarray(19_999, 20_001).toString()).toBe('01');
    });

    it('a chunked append is refused when the stream is full, and the bytes before stay stored', async () => {
      const stream = await created();
      const writer = new Producer(stream.url, { headers: TEXT });
      let isRefused = false;
      const answer = writer.answer.finally(() => {
        isRefused = true;
      });
      while (!isRefused && !writer.isCut) {
        await writer.write(Buffer.alloc(50_000, 'x')).catch(() => {});
        // A write that the kernel takes at once leaves no turn to the answer: the client would not read for as long as the server lingers.
        await nextTurn();
      }
      expect((await answer).status).toBe(413);
      writer.destroy();
      const stored = await stream.readAll();
      expect(stored.length).toBeGreaterThan(1024 * 1024);
      expect(stored.length).toBeLessThanOrEqual(2 * 1024 * 1024);
    });

    it('a fork of a full stream is refused with a body, and an append to it is refused', async () => {
      const source = await created();
      const writer = new Producer(source.url, { headers: TEXT });
      for (let piece = 0; piece < 8; piece += 1) await writer.write(Buffer.alloc(256 * 1024));
      await writer.end();
      const forked = { ...TEXT, 'Stream-Forked-From': new URL(source.url).pathname };
      expect((await fresh().create(forked, 'x')).status).toBe(413);
      const fork = fresh();
      expect((await fork.create(forked)).status).toBe(201);
      expect((await fork.append('x', TEXT)).status).toBe(413);
    });

    it('an append is refused with 429 while too many bodies are in memory', async () => {
      const stream = await created();
      const waiting = Array.from({ length: 17 }, () => {
        return new Producer(stream.url, { headers: { ...TEXT, 'Content-Length': String(64 * 1024) } });
      });
      for (const one of waiting) await one.write(Buffer.alloc(64 * 1024 - 1)).catch(() => {});
      // There is room for all but one of them.
      const refused = await Promise.race(waiting.map(({ answer }) => answer));
      expect(refused.status).toBe(429);
      expect(refused.headers['retry-after']).toBe('2');
      for (const one of waiting) one.destroy();
      let answer = refused;
      while (answer.status === 429) answer = await stream.append('x', TEXT);
      expect(answer.status).toBe(204);
    });

    it('an append of one producer too many is refused, and known producers may append', async () => {
      const stream = await created();
      for (const id of ['a', 'b'])
        expect((await stream.append('x', { ...TEXT, ...producer(id, 0, 0) })).status).toBe(200);
      expect((await stream.append('x', { ...TEXT, ...producer('c', 0, 0) })).status).toBe(429);
      expect((await stream.append('x', { ...TEXT, ...producer('a', 0, 1) })).status).toBe(200);
      expect((await stream.read()).text).toBe('xxx');
    });

    it('an append fails while its stream is removed, and then goes to the new stream of the name', async () => {
      const stream = await created();
      await stream.append('old', TEXT);
      await stream.remove();
      expect((await stream.append('lost', TEXT)).status).toBe(404);
      await stream.create(JSON_TYPE);
      expect((await stream.append('lost', TEXT)).status).toBe(409);
      expect((await stream.append('1', JSON_TYPE)).status).toBe(204);
      expect((await stream.read()).text).toBe('[1]');
    });

    it('an append goes to the new stream of the name, which has another content type', async () => {
      const stream = await created();
      await stream.append('old', TEXT);
      await stream.remove();
      await stream.create(JSON_TYPE);
      expect((await stream.append('1', JSON_TYPE)).status).toBe(204);
      expect((await stream.append('lost', TEXT)).status).toBe(409);
      expect((await stream.read()).text).toBe('[1]');
    });

    it('a chunked append goes to the new stream of the name', async () => {
      const stream = await created();
      await stream.append('old', TEXT);
      await stream.remove();
      await stream.create(TEXT);
      const writer = new Producer(stream.url, { headers: TEXT });
      expect((await writer.end('new')).status).toBe(204);
      expect((await stream.read()).text).toBe('new');
    });

    it('a close of an aborted stream succeeds, because it is closed already', async () => {
      const id = freshId();
      const stream = new DurableStream(url(`/v1/stream/${id}`));
      const overlong = new Producer(url(`/stream/${id}`), { headers: TEXT });
      await overlong.write(Buffer.alloc(2 * 1024 * 1024 + 1)).catch(() => {});
      await overlong.cut();
      expect((await stream.head()).headers['x-stream-state']).toBe('closed; outcome=aborted');
      const inPieces = new Producer(stream.url, { headers: { ...TEXT, 'Stream-Closed': 'true' } });
      for (const answer of [await stream.close(), await inPieces.end()]) {
        expect(answer.status).toBe(204);
        expect(answer.headers['stream-closed']).toBe('true');
      }
    });

    it('a repeated close and a later append get the final offset', async () => {
      const stream = await created();
      await stream.append('all', TEXT);
      for (let time = 0; time < 2; time += 1) {
        const answer = await stream.close();
        expect(answer.status).toBe(204);
        expect(answer.headers).toMatchObject({ 'stream-closed': 'true', 'stream-next-offset': token(3) });
      }
      const refused = await stream.append('more', { 'Content-Type': 'image/png' });
      expect(refused.status).toBe(409);
      expect(refused.headers).toMatchObject({ 'stream-closed': 'true', 'stream-next-offset': token(3) });
    });
  },
  { config: LIMITS },
);
