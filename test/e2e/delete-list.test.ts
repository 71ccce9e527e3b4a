import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('deleting and listing', ({ url, freshId }) => {
  const store = (id: string, body = 'x', headers = {}) =>
    request(url(`/stream/${encodeURIComponent(id)}`), { method: 'POST', headers, body });
  const list = async (query: string) => JSON.parse((await request(url(`/stream?${query}`))).text);
  const idsOf = (page: { streams: { id: string }[] }) => page.streams.map(({ id }) => id);

  it('DELETE removes a stream and disconnects its consumers and its producer', async () => {
    const id = freshId();
    const producer = new Producer(url(`/stream/${id}`));
    await producer.head;
    await producer.write('abc');
    const consumer = await Consumer.open(url(`/stream/${id}`));
    await consumer.until('abc');
    expect((await request(url(`/stream/${id}`), { method: 'DELETE' })).status).toBe(204);
    expect((await consumer.end()).trailers['x-stream-state']).toBe('closed; outcome=deleted');
    await producer.cut();
    expect((await request(url(`/stream/${id}`))).status).toBe(404);
    expect((await request(url(`/stream/${id}`), { method: 'DELETE' })).status).toBe(404);
    expect((await store(id, 'anew')).status).toBe(201);
    expect((await request(url(`/stream/${id}`))).text).toBe('anew');
  });

  it('DELETE of a build removes exactly the streams of that build', async () => {
    const build = freshId();
    const own = [`build-${build}-1`, `build-${build}-two/3`];
    const others = [`build-${build}`, `build-${build}x-1`, `xbuild-${build}-1`];
    for (const id of [...own, ...others]) await store(id);
    const answer = await request(url(`/stream/build/${build}`), { method: 'DELETE' });
    expect(answer.status).toBe(200);
    const { deleted, ...rest } = JSON.parse(answer.text);
    expect(rest).toEqual({ status: 'deleted', buildId: build });
    expect([...deleted].sort()).toEqual([...own].sort());
    for (const id of others) expect((await request(url(`/stream/${id}`))).status).toBe(200);
  });

  it('DELETE of a build reads its id literally, not as a pattern', async () => {
    const build = freshId();
    await store(`build-${build}-1`);
    for (const pattern of ['*', `${build.slice(0, 3)}*`, '?', '[a-z]*', '.*']) {
      const answer = await request(url(`/stream/build/${encodeURIComponent(pattern)}`), { method: 'DELETE' });
      expect(JSON.parse(answer.text).deleted).toEqual([]);
    }
    expect((await request(url(`/stream/build-${build}-1`))).status).toBe(200);
  });

  it('the list has the streams with all their facts, newest first', async () => {
    const prefix = freshId();
    await store(`${prefix}-a`, 'abc', { 'Content-Type': 'text/plain', 'X-Stream-Metadata': '{"n":1}' });
    await store(`${prefix}-b`, '');
    const page = await list(`prefix=${prefix}`);
    expect(page).toEqual({
      streams: [
        expect.objectContaining({
          id: `${prefix}-b`,
          bytes: 0,
          metadata: null,
          state: 'closed',
          outcome: 'complete',
        }),
        {
          id: `${prefix}-a`,
          state: 'closed',
          outcome: 'complete',
          bytes: 3,
          metadata: { n: 1 },
          createdAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          updatedAt: expect.stringMatching(/^\d{4}-\d\d-\d\dT.*Z$/),
          contentType: 'text/plain',
        },
      ],
      next: null,
    });
  });

  it('the pages of a list have each stream once', async () => {
    const prefix = freshId();
    const ids = Array.from({ length: 7 }, (_, i) => `${prefix}-${i}`);
    for (const id of ids) await store(id);
    const seen: string[] = [];
    let cursor = '';
    do {
      const page = await list(`prefix=${prefix}&limit=3${cursor && `&cursor=${encodeURIComponent(cursor)}`}`);
      expect(page.streams.length).toBeLessThanOrEqual(3);
      seen.push(...idsOf(page));
      cursor = page.next ?? '';
    } while (cursor !== '');
    expect(seen).toEqual(ids.toReversed());
  });

  it('a list with a state has only the streams in that state', async () => {
    const prefix = freshId();
    await store(`${prefix}-closed`);
    const producer = new Producer(url(`/stream/${prefix}-open`));
    await producer.head;
    expect(idsOf(await list(`prefix=${prefix}&state=open`))).toEqual([`${prefix}-open`]);
    expect(idsOf(await list(`prefix=${prefix}&state=closed`))).toEqual([`${prefix}-closed`]);
    expect(idsOf(await list(`prefix=${prefix}&state=interrupted`))).toEqual([]);
    await producer.end();
  });

  it.each(['limit=0', 'limit=1001', 'limit=x', 'state=gone', 'cursor=nonsense', 'limit=1&limit=2'])(
    'a list with %s is refused with a sentence that says what is allowed',
    async (query) => {
      const answer = await request(url(`/stream?${query}`));
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).error).toMatch(/^\w+ (must be|is)/);
    },
  );
});
