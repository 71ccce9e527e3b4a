import { request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('stream ids', ({ url, freshId }) => {
  it.each([
    '../../etc/passwd',
    'a/b',
    '__proto__',
    'constructor',
    '{tag}',
    '*?[a]',
    'CON',
    'trailing.',
    '%2e',
    'a b',
    'é€😀',
    'loom:{0}:order',
    "'; DROP TABLE",
  ])('%j is a valid stream id', async (name) => {
    const id = `${freshId()}${name}`;
    const path = `/stream/${encodeURIComponent(id)}`;
    const posted = await request(url(path), { method: 'POST', body: name });
    expect(posted.status).toBe(201);
    expect(decodeURIComponent(String(posted.headers['x-stream-id']))).toBe(id);
    expect((await request(url(path))).text).toBe(name);
    const listed = await request(url(`/stream?prefix=${encodeURIComponent(id)}`));
    expect(JSON.parse(listed.text).streams.map((stream: { id: string }) => stream.id)).toEqual([id]);
    expect((await request(url(path), { method: 'DELETE' })).status).toBe(204);
  });

  it('a request that names another id than its path has changes nothing', async () => {
    const id = freshId();
    const send = (method: string, meant: string, body?: string) =>
      request(url(`/stream/${id}?force=true`), {
        method,
        headers: { 'X-Stream-Id': meant },
        ...(body && { body }),
      });
    expect((await send('POST', id, 'first')).status).toBe(201);
    for (const method of ['POST', 'PUT', 'DELETE']) {
      const { status, text } = await send(method, `a%2F..%2F${id}`, 'second');
      expect([status, JSON.parse(text).code]).toEqual([400, 'path_changed']);
    }
    expect(
      (
        await request(url(`/stream/${id}`), {
          headers: { 'X-Stream-Id': `%${id.charCodeAt(0).toString(16)}${id.slice(1)}` },
        })
      ).text,
    ).toBe('first');
  });

  it('a stream id may have 512 bytes', async () => {
    const id = freshId().padEnd(512, 'x');
    expect((await request(url(`/stream/${id}`), { method: 'POST', body: 'x' })).status).toBe(201);
    expect((await request(url(`/stream/${id}`))).text).toBe('x');
  });

  it.each([
    ['%00', 'control characters'],
    ['a%0d%0aSet-Cookie:x', 'control characters'],
    ['%7f', 'control characters'],
    ['%c2%85', 'control characters'],
    ['%2e', '"." or ".."'],
    ['%2e%2e', '"." or ".."'],
    ['x'.repeat(513), 'longer than 512 bytes'],
    ['%E0%A4%A', 'malformed percent escape'],
    ['%', 'malformed percent escape'],
    ['%ff', 'malformed percent escape'],
  ])('%s is refused as a stream id', async (raw, rule) => {
    for (const method of ['POST', 'GET', 'DELETE', 'PATCH']) {
      const answer = await request(url(`/stream/${raw}`), { method });
      expect(answer.status).toBe(400);
      expect(JSON.parse(answer.text).error).toContain(rule);
    }
  });
});
