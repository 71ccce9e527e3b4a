import { LoomClient } from '../../src/client/loom-client';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';

/** 16 KiB as it is sent: the limit. */
const ASCII = { text: 'x'.repeat(16 * 1024 - '{"text":""}'.length) };
const NON_ASCII = { text: '€'.repeat(5_000) };

onEachStore('metadata too large for a head', ({ url, freshId }) => {
  const post = (id: string, metadata: unknown) =>
    request(url(`/stream/${encodeURIComponent(id)}`), {
      method: 'POST',
      headers: { 'X-Stream-Metadata': Buffer.from(JSON.stringify(metadata)).toString('latin1') },
      body: Buffer.from('abc'),
    });
  const infoOf = (id: string, method = 'GET') =>
    request(url(`/stream/${encodeURIComponent(id)}/info`), { method });

  it.each([
    ['ASCII', ASCII, 16_384],
    ['not ASCII', NON_ASCII, 6 * 5_000 + 11],
  ])(
    'a head has only the escaped size of large metadata, and /info and the list have all: %s',
    async (_, metadata, size) => {
      const id = freshId();
      expect((await post(id, metadata)).status).toBe(201);
      for (const method of ['GET', 'HEAD']) {
        const { status, headers } = await request(url(`/stream/${id}`), { method });
        expect([status, headers['x-stream-metadata'], headers['x-stream-metadata-bytes']]).toEqual([
          200,
          undefined,
          String(size),
        ]);
      }
      const info = await infoOf(id);
      expect([info.status, info.headers['content-type'], info.headers['cache-control']]).toEqual([
        200,
        'application/json',
        'no-store',
      ]);
      const { streams } = JSON.parse((await request(url(`/stream?prefix=${id}`))).text);
      expect(JSON.parse(info.text)).toEqual({ ...streams[0], lines: 1 });
      expect(streams[0].metadata).toEqual(metadata);
    },
  );

  it('a head has metadata up to exactly 8 KiB, escaped', async () => {
    const id = freshId();
    await post(`${id}-a`, 'x'.repeat(8_190));
    await post(`${id}-b`, 'x'.repeat(8_191));
    expect((await request(url(`/stream/${id}-a`))).headers).toMatchObject({
      'x-stream-metadata': `"${'x'.repeat(8_190)}"`,
    });
    const { headers } = await request(url(`/stream/${id}-b`));
    expect(headers['x-stream-metadata']).toBeUndefined();
    expect(headers['x-stream-metadata-bytes']).toBe('8193');
  });

  it('fetch, which accepts heads of 16 KiB, reads a stream with large metadata', async () => {
    for (const metadata of [ASCII, NON_ASCII]) {
      const id = freshId();
      await post(id, metadata);
      expect(await (await fetch(url(`/stream/${id}`))).text()).toBe('abc');
    }
  });

  it('the client returns large metadata from head, follow and info', async () => {
    const id = freshId();
    await post(id, { ...ASCII, text: 'x'.repeat(10_000), exitCode: 5 });
    const client = new LoomClient({ url: url('') });
    expect((await client.head(id)).metadata).toMatchObject({ exitCode: 5 });
    const following = client.follow(id);
    for await (const _ of following);
    expect(following.end?.metadata).toMatchObject({ exitCode: 5 });
    expect(await client.info(id)).toMatchObject({ id, bytes: 3, outcome: 'complete' });
  });

  it('a page of the list has many streams with large metadata', async () => {
    const id = freshId();
    for (let i = 0; i < 10; i += 1) await post(`${id}-${i}`, ASCII);
    const listed = [];
    for await (const stream of new LoomClient({ url: url('') }).list({ prefix: id })) listed.push(stream);
    expect(listed.map(({ metadata }) => metadata)).toEqual(Array(10).fill(ASCII));
  });

  it('/info works for any id, even one that ends in /info or is called build', async () => {
    for (const id of [`${freshId()}/info`, 'build', 'info']) {
      await request(url(`/stream/${encodeURIComponent(id)}?force=true`), { method: 'POST', body: 'ab' });
      expect(JSON.parse((await infoOf(id)).text)).toMatchObject({ id, bytes: 2, metadata: null });
    }
  });

  it('/info of a missing stream is 404, HEAD of it has no body, and other methods get 405', async () => {
    const id = freshId();
    const missing = await infoOf(id);
    expect([missing.status, JSON.parse(missing.text).error]).toEqual([
      404,
      `The stream with ID ${id} does not exist`,
    ]);
    await post(id, { n: 1 });
    const head = await infoOf(id, 'HEAD');
    expect([head.status, head.text]).toEqual([200, '']);
    expect(head.headers).toMatchObject({
      'x-stream-metadata': '{"n":1}',
      'x-stream-state': 'closed; outcome=complete',
    });
    const refused = await infoOf(id, 'POST');
    expect([refused.status, refused.headers['allow']]).toEqual([405, 'HEAD, GET']);
  });
});
