import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Consumer, Producer, request } from '../support/http';
import { onEachStore } from './on-each-store';

const run = promisify(execFile);

onEachStore('PUT', ({ url, freshId }) => {
  it('PUT creates a stream while its body arrives, as POST does', async () => {
    const id = freshId();
    const headers = { 'X-Stream-Metadata': '{"by":"put"}', 'Content-Type': 'text/x-log' };
    const producer = new Producer(url(`/stream/${id}`), { method: 'PUT', headers });
    const head = await producer.head;
    expect(head.statusCode).toBe(201);
    expect(head.headers).toMatchObject({ 'x-stream-id': id, location: `/stream/${id}` });
    const consumer = await Consumer.open(url(`/stream/${id}`));
    await producer.write('one\n');
    await consumer.until('one\n');
    await producer.end('two\n');
    const read = await request(url(`/stream/${id}`));
    expect(read.text).toBe('one\ntwo\n');
    expect(read.headers).toMatchObject({
      'content-type': 'text/x-log',
      'x-stream-metadata': '{"by":"put"}',
      'x-stream-state': 'closed; outcome=complete',
    });
  });

  it('PUT to an existing id is refused, and replaces the stream with force=true', async () => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'PUT', body: 'first' });
    const refused = await request(url(`/stream/${id}`), { method: 'PUT', body: 'second' });
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([409, 'stream_exists']);
    const forced = await request(url(`/stream/${id}?force=true`), { method: 'PUT', body: 'third' });
    expect([forced.status, forced.headers['x-stream-replaced']]).toEqual([201, 'true']);
    expect((await request(url(`/stream/${id}`))).text).toBe('third');
  });

  it('PUT with Upload-Complete: ?0 leaves the stream open for a PATCH', async () => {
    const id = freshId();
    await request(url(`/stream/${id}`), { method: 'PUT', headers: { 'Upload-Complete': '?0' }, body: 'abc' });
    const patch = {
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': '3',
      'Upload-Complete': '?1',
    };
    const patched = await request(url(`/stream/${id}`), { method: 'PATCH', headers: patch, body: 'def' });
    expect(patched.status).toBe(204);
    expect((await request(url(`/stream/${id}`))).text).toBe('abcdef');
  });

  it.each(['PUT', 'POST'])('%s without an id makes one and returns it in Location', async (method) => {
    const answer = await request(url('/stream'), { method, body: 'x' });
    expect(answer.status).toBe(201);
    expect(answer.headers.location).toBe(`/stream/${answer.headers['x-stream-id']}`);
    expect((await request(url(String(answer.headers.location)))).text).toBe('x');
  });

  it('Location has the id percent-encoded', async () => {
    const id = `${freshId()}/ü%?#`;
    const path = `/stream/${encodeURIComponent(id)}`;
    const answer = await request(url(path), { method: 'PUT', body: 'x' });
    expect(answer.headers.location).toBe(path);
  });

  it('PUT with a Content-Range is refused, because a part would become the whole stream', async () => {
    const id = freshId();
    const headers = { 'Content-Range': 'bytes 3-5/6' };
    const answer = await request(url(`/stream/${id}`), { method: 'PUT', headers, body: 'def' });
    expect([answer.status, JSON.parse(answer.text).code]).toEqual([400, 'header_invalid']);
    expect((await request(url(`/stream/${id}`))).status).toBe(404);
    const durable = await request(url(`/v1/stream/${id}`), { method: 'PUT', headers, body: 'def' });
    expect([durable.status, JSON.parse(durable.text).code]).toEqual([400, 'header_invalid']);
    expect((await request(url(`/stream/${id}`))).status).toBe(404);
  });

  it('Allow lists PUT only on paths that accept it', async () => {
    const patched = await request(url('/stream'), { method: 'PATCH' });
    expect([patched.status, patched.headers.allow?.split(', ')]).toEqual([
      405,
      expect.arrayContaining(['PUT', 'POST']),
    ]);
    for (const path of ['/stream/build/7', '/stream/x/info']) {
      const answer = await request(url(path), { method: 'PUT', body: 'x' });
      expect([answer.status, answer.headers.allow?.includes('PUT')]).toEqual([405, false]);
    }
  });

  it('curl -T - stores all lines of a pipe', async () => {
    const id = freshId();
    const script = `for i in 1 2 3; do echo line $i; sleep 0.1; done | curl -sS --fail-with-body -T - ${url(`/stream/${id}`)}`;
    const piped = run('bash', ['-o', 'pipefail', '-c', script]);
    expect((await piped).stdout).toBe('');
    expect((await request(url(`/stream/${id}`))).text).toBe('line 1\nline 2\nline 3\n');
  });

  it('curl -T stores a file under its name if the URL ends in a slash', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'loom-put-'));
    const name = `${freshId()}.log`;
    await writeFile(join(directory, name), 'of a file');
    await run('curl', ['-sS', '-f', '-T', join(directory, name), url('/stream/')]);
    await rm(directory, { recursive: true });
    expect((await request(url(`/stream/${name}`))).text).toBe('of a file');
  });
});
