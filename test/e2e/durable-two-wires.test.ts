import fc from 'fast-check';
import { Consumer, Producer, request } from '../support/http';
import { BINARY, DurableStream, JSON_TYPE, TEXT, token } from './durable-requests';
import { onEachStore, type Subject } from './on-each-store';

const RESUMABLE = { 'Upload-Complete': '?0' };

onEachStore('one log on two wires', ({ url, freshId }) => {
  const durable = (id: string) => new DurableStream(url(`/v1/stream/${id}`));

  it('both wires read the same bytes from any offset, whichever of them wrote', async () => {
    const piece = fc.record({
      wire: fc.constantFrom('loom', 'durable'),
      bytes: fc.uint8Array({ minLength: 1, maxLength: 3_000 }).map((bytes) => Buffer.from(bytes)),
    });
    const pieces = fc.array(piece, { minLength: 1, maxLength: 8 });
    await fc.assert(
      fc.asyncProperty(
        pieces,
        fc.array(fc.double({ min: 0, max: 1, noNaN: true }), { maxLength: 4 }),
        async (written, places) => {
          const id = freshId();
          const all = Buffer.concat(written.map(({ bytes }) => bytes));
          await write(url, id, written);
          for (const place of [0, 1, ...places]) {
            const offset = Math.floor(place * all.length);
            const rest = all.subarray(offset);
            const loom = await request(url(`/stream/${id}?notail&offset=${offset}`));
            expect(loom.body.equals(rest)).toBe(true);
            expect((await durable(id).readAll(token(offset))).equals(rest)).toBe(true);
          }
        },
      ),
      { numRuns: 15 },
    );
  });

  it('both wires follow a producer while it writes', async () => {
    const id = freshId();
    const loom = new Producer(url(`/stream/${id}`), { headers: TEXT });
    await loom.write('one');
    await loom.head;
    const events = await Consumer.open(url(`/v1/stream/${id}?offset=-1&live=sse`));
    await events.until('data:one\n');
    const poll = durable(id).read(`?offset=${token(3)}&live=long-poll`);
    await loom.write('two');
    expect((await poll).text).toBe('two');
    await events.until('data:two\n');
    await loom.end('three');
    const shown = await events.until('"streamClosed":true');
    expect(shown).toContain('data:three\n');
    expect(await events.end()).toMatchObject({ complete: true });
  });

  it('a close on one wire ends the stream on both', async () => {
    const id = freshId();
    await durable(id).create(TEXT, 'begin ');
    const tail = await Consumer.open(url(`/stream/${id}`));
    await tail.until('begin');
    await durable(id).append('end', { ...TEXT, 'Stream-Closed': 'true' });
    const { complete, trailers } = await tail.end();
    expect(complete).toBe(true);
    expect(trailers['x-stream-state']).toBe('closed; outcome=complete');
    expect(tail.text).toBe('begin end');
    expect((await durable(id).head()).headers['stream-closed']).toBe('true');
  });

  it('an append is refused while a producer of the other wire is attached', async () => {
    const id = freshId();
    const loom = new Producer(url(`/stream/${id}`), { headers: TEXT });
    await loom.write('mine');
    await loom.head;
    const refused = await durable(id).append('yours', TEXT);
    expect(refused.status).toBe(409);
    expect(refused.headers['stream-closed']).toBeUndefined();
    await loom.end();
    expect((await durable(id).append('yours', TEXT)).headers).toMatchObject({
      'stream-closed': 'true',
      'stream-next-offset': token(4),
    });
  });

  it('/stream shows the messages of a JSON stream as lines, and refuses appends to it', async () => {
    const id = freshId();
    await durable(id).create(JSON_TYPE, '[{"a": 1}, [2, "x y"]]');
    const read = await request(url(`/stream/${id}?notail`));
    expect(read.headers['content-type']).toBe('application/x-ndjson');
    expect(read.text).toBe('{"a":1}\n[2,"x y"]\n');
    const patch = await request(url(`/stream/${id}`), {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': String(read.body.length),
        'Upload-Complete': '?0',
      },
      body: 'x',
    });
    expect(patch.status).toBe(409);
    expect(patch.text).toContain('JSON');
  });

  it('a repeated fork is refused while another stream has the name of its source', async () => {
    const [source, fork] = [freshId(), freshId()];
    const forked = { ...TEXT, 'Stream-Forked-From': `/v1/stream/${source}` };
    const both = [forked, { ...forked, 'Stream-Fork-Offset': token(3) }];
    await durable(source).create(TEXT, 'one');
    expect((await durable(fork).create(forked)).status).toBe(201);
    for (const headers of both) expect((await durable(fork).create(headers)).status).toBe(200);
    await request(url(`/stream/${source}?force=true`), { method: 'POST', headers: TEXT, body: 'two' });
    for (const headers of both) expect((await durable(fork).create(headers)).status).toBe(409);
    await request(url(`/stream/${source}`), { method: 'DELETE' });
    for (const headers of both) expect((await durable(fork).create(headers)).status).toBe(200);
  });

  it('the name of a deleted stream stays taken until its last fork is deleted', async () => {
    const [source, fork] = [freshId(), freshId()];
    await durable(source).create(TEXT, 'shared');
    await durable(fork).create({ ...TEXT, 'Stream-Forked-From': `/v1/stream/${source}` });
    expect((await request(url(`/stream/${source}`), { method: 'DELETE' })).status).toBe(204);
    expect((await request(url(`/stream/${source}`))).status).toBe(410);
    expect((await request(url(`/stream/${source}?force=true`), { method: 'POST', body: 'x' })).status).toBe(
      409,
    );
    expect((await request(url(`/stream/${fork}?notail`))).text).toBe('shared');
    await request(url(`/stream/${fork}`), { method: 'DELETE' });
    const again = () => request(url(`/stream/${source}`), { method: 'POST', body: 'again' });
    let answer = await again();
    while (answer.status === 409) answer = await again();
    expect(answer.status).toBe(201);
  });
});

/** Writes pieces one after the other, each by its wire. The first one makes the stream. */
async function write(
  url: Subject['url'],
  id: string,
  pieces: readonly { wire: string; bytes: Buffer }[],
): Promise<void> {
  const durable = new DurableStream(url(`/v1/stream/${id}`));
  let at = 0;
  for (const { wire, bytes } of pieces) {
    const isFirst = at === 0;
    if (wire === 'durable') {
      const answer = isFirst ? await durable.create(BINARY, bytes) : await durable.append(bytes, BINARY);
      expect(answer.status).toBe(isFirst ? 201 : 204);
      expect(answer.headers['stream-next-offset']).toBe(token(at + bytes.length));
    } else {
      const headers = isFirst
        ? { ...BINARY, ...RESUMABLE }
        : { 'Content-Type': 'application/partial-upload', 'Upload-Offset': String(at), ...RESUMABLE };
      const method = isFirst ? 'POST' : 'PATCH';
      expect((await request(url(`/stream/${id}`), { method, headers, body: bytes })).status).toBe(
        isFirst ? 201 : 204,
      );
    }
    at += bytes.length;
  }
}
