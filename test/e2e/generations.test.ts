import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const EVENTS = { Accept: 'text/event-stream' };
/** `seq FROM TO`: of four digits each, so that a line's offset is easy to see. */
const lines = (from: number, to: number): string =>
  Array.from({ length: to - from + 1 }, (_, i) => `${from + i}\n`).join('');
const OLD = lines(1001, 1040);
const NEW = lines(5001, 5060);

onEachStore('a replaced stream', ({ url, freshId }) => {
  const post = (id: string, body: string, query = '') =>
    request(url(`/stream/${id}${query}`), { method: 'POST', body });
  const get = (id: string, query = '', headers = {}) => request(url(`/stream/${id}${query}`), { headers });
  const eventsAfter = (id: string, lastEventId: string, query = '') =>
    get(id, query, { ...EVENTS, 'Last-Event-ID': lastEventId });

  /** @returns the generations before and after */
  async function replaced(id = freshId()): Promise<{ id: string; before: string; after: string }> {
    const before = String((await post(id, OLD)).headers['x-stream-generation']);
    const after = String((await post(id, NEW, '?force=true')).headers['x-stream-generation']);
    return { id, before, after };
  }

  it('a replaced stream has another generation, which its answers carry', async () => {
    const { id, before, after } = await replaced();
    expect(before).not.toBe(after);
    expect(before).toMatch(/^[\da-f-]{36}$/);
    const head = await request(url(`/stream/${id}`), { method: 'HEAD' });
    expect([head.headers['x-stream-generation'], (await get(id)).headers['x-stream-generation']]).toEqual([
      after,
      after,
    ]);
  });

  it('a reader of the old generation gets a reset and then the new one from its first byte', async () => {
    const { id, before, after } = await replaced();
    const { text } = await eventsAfter(id, `110-${before}`);
    expect(text).toMatch(
      new RegExp(
        `^retry: 2000\nevent: reset\nid: 0-${after}\ndata: {"generation":"${after}","reason":"replaced"}\n\nid: ${NEW.length}-${after}\ndata: 5001\n`,
      ),
    );
    expect(text).toContain('data: 5060\n');
  });

  it.each([
    ['at the end of the new generation', '300'],
    ['at the end of the old generation', '200'],
    ['beyond both', '999'],
    ['at the beginning', '0'],
  ])('a reader of the old generation gets a reset wherever it was: %s', async (_where, offset) => {
    const { id, before } = await replaced();
    const answer = await eventsAfter(id, `${offset}-${before}`);
    expect(answer.status).toBe(200);
    expect(answer.text).toContain('event: reset\n');
    expect(answer.text).toContain('data: 5001\n');
  });

  it('a reader of the new generation continues without a reset, and gets 204 if it has everything', async () => {
    const { id, after } = await replaced();
    const { text } = await eventsAfter(id, `5-${after}`);
    expect(text).not.toContain('reset');
    expect(text).toContain(`id: ${NEW.length}-${after}\ndata: 5002\n`);
    expect((await eventsAfter(id, `${NEW.length}-${after}`)).status).toBe(204);
  });

  it('a bare offset is read as an offset of the present generation', async () => {
    const { id, after } = await replaced();
    const { text } = await eventsAfter(id, '5');
    expect(text).toContain(`id: ${NEW.length}-${after}\ndata: 5002\n`);
    expect((await eventsAfter(id, String(NEW.length))).status).toBe(204);
    expect((await get(id, '?offset=295')).text).toBe('5060\n');
  });

  it('a reader that reconnects continues from its event id, not from its query', async () => {
    const { id, before, after } = await replaced();
    const query = `?offset=5&generation=${before}`;
    expect((await eventsAfter(id, `290-${after}`, query)).text).toContain('data: 5059\ndata: 5060\n');
    expect((await eventsAfter(id, `10-${before}`, query)).text).toContain('event: reset\n');
    expect((await get(id, query, EVENTS)).status).toBe(409);
  });

  it.each(['x', '-', '1-', '-1', '1.5', '0x10', '1 -x', '99999999999999999-g'])(
    '%j is refused as the id of an event',
    async (lastEventId) => {
      const { id } = await replaced();
      const answer = await eventsAfter(id, lastEventId);
      expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'header_invalid']);
    },
  );

  it.each([
    '?offset=100&generation=',
    '?generation=',
    '?offset=0&generation=',
    '?notail&offset=3&generation=',
  ])('%s with the old generation is answered with 409 and the present one', async (query) => {
    const { id, before, after } = await replaced();
    const answer = await get(id, query + before);
    expect(answer.status).toBe(409);
    expect(answer.headers['x-stream-generation']).toBe(after);
    expect(JSON.parse(answer.text)).toEqual({
      error: expect.stringContaining(after),
      code: 'stream_replaced',
      generation: after,
    });
    const head = await request(url(`/stream/${id}${query}${before}`), { method: 'HEAD' });
    expect([head.status, head.headers['x-stream-generation']]).toEqual([409, after]);
    expect((await get(id, query + after)).status).toBe(200);
  });

  it('an unknown generation is answered with 409, and a malformed query with 400', async () => {
    const { id, after } = await replaced();
    expect((await get(id, '?generation=')).status).toBe(409);
    // A loss that the store knows nothing of: it was set back since.
    expect((await get(id, `?generation=${after}.1`)).status).toBe(409);
    expect((await get(id, `?generation=${after}&generation=${after}`)).status).toBe(400);
    expect((await get(id, `?offset=x&generation=${after}`)).status).toBe(400);
  });

  it('an offset beyond the end gets 409 with the right generation, and 416 without one', async () => {
    const { id, after } = await replaced();
    const answer = await get(id, `?offset=310&generation=${after}`);
    expect([answer.status, JSON.parse(answer.text)]).toEqual([
      409,
      {
        error: expect.stringContaining('has lost the bytes 300 to 310'),
        code: 'bytes_lost',
        generation: after,
        lost: { from: 300, to: 310 },
      },
    ]);
    expect((await get(id, '?offset=310')).status).toBe(416);
    expect((await eventsAfter(id, '310')).status).toBe(416);
    const { text } = await eventsAfter(id, `310-${after}`);
    expect(text).toContain(
      `event: reset\nid: 0-${after}\ndata: {"generation":"${after}","reason":"lost","lost":{"from":300,"to":310}}\n`,
    );
  });

  it('a range is sent only if If-Range has the ETag of the present generation', async () => {
    const id = freshId();
    await post(id, OLD);
    const etag = String((await get(id)).headers.etag);
    const range = (ifRange: string) => get(id, '', { Range: 'bytes=5-9', 'If-Range': ifRange });
    expect(await range(etag)).toMatchObject({ status: 206, text: '1002\n' });
    await post(id, NEW, '?force=true');
    expect(await range(etag)).toMatchObject({ status: 200, text: NEW });
    const present = String((await get(id)).headers.etag);
    expect(await range(present)).toMatchObject({ status: 206, text: '5002\n' });
    expect(await range(`W/${present}`)).toMatchObject({ status: 200, text: NEW });
    for (const date of ['Sun, 29 Nov 2026 08:00:00 GMT', 'Fri, 01 Jan 2100 00:00:00 GMT', 'nonsense'])
      expect(await range(date)).toMatchObject({ status: 200, text: NEW });
    const conditional = (tag: string) => get(id, '', { 'If-None-Match': tag });
    expect([(await conditional(etag)).status, (await conditional(present)).status]).toEqual([200, 304]);
  });

  it('a replacement ends connected readers, and resets them when they reconnect', async () => {
    const id = freshId();
    const first = new Producer(url(`/stream/${id}`));
    await first.head;
    await first.write('1001\n');
    const reader = await Consumer.open(url(`/stream/${id}`), EVENTS);
    await reader.until('data: 1001\n\n');
    const second = new Producer(url(`/stream/${id}?force=true`));
    await second.head;
    await reader.end();
    expect(reader.text).toContain('event: end\n');
    expect(reader.text).toContain('outcome=replaced');
    const last =
      reader.text
        .match(/^id: .+$/gm)
        ?.at(-1)
        ?.slice('id: '.length) ?? '';
    await second.write('5001\n');
    const back = await Consumer.open(url(`/stream/${id}`), { ...EVENTS, 'Last-Event-ID': last });
    await back.until('data: 5001\n\n');
    expect(back.text.indexOf('event: reset\n')).toBeGreaterThan(-1);
    expect(back.text.indexOf('event: reset\n')).toBeLessThan(back.text.indexOf('5001'));
    await second.end();
    await back.end();
    first.destroy();
  });
});
