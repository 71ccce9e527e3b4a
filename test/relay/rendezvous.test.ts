import { createHash, randomBytes } from 'node:crypto';
import { eventually } from '../faults/eventually';
import type { Call } from './call';
import { onEachDeployment, type Site } from './deployments';

const sha256 = (bytes: Buffer): string => createHash('sha256').update(bytes).digest('hex');

describe('HTTP-Rendezvous', () => {
  onEachDeployment('rendezvous', (site) => {
    itCreates(site);
    itStreams(site);
    itReports(site);
    itNotices(site);
    itShows(site);
  });
});

async function create(site: Site, body = ''): Promise<string> {
  const answer = await site.call('/stream', { method: 'POST', body }).answer();
  expect(answer.status).toBe(201);
  return `/stream/${JSON.parse(answer.text).stream}`;
}

async function statusOf(site: Site, stream: string) {
  return JSON.parse((await site.call(`${stream}/status`).answer()).text);
}

const get = (site: Site, path: string): Call => site.call(path);
const put = (site: Site, path: string, body?: string | Buffer): Call =>
  site.call(path, { method: 'PUT', ...(body !== undefined && { body }) });

function itCreates(site: Site): void {
  it('each created stream has its own id', async () => {
    const answer = await site.call('/stream', { method: 'POST', body: '' }).answer();
    expect(answer.status).toBe(201);
    expect(answer.headers['content-type']).toBe('application/json');
    expect(JSON.parse(answer.text).stream).toMatch(/^[\w-]+$/);
    expect(await create(site)).not.toBe(await create(site));
  });

  it.each([
    ['{bad'],
    ['  '],
    ['5'],
    ['{"download_headers":{"X-A":"x\\r\\nEvil: 1"}}'],
    ['{"upload_headers":{"bad name":"x"}}'],
    ['{"upload_headers":{"X-A":["x"]}}'],
    ['{"download_headers":"abc"}'],
    ['{"download_headers":{"“X”":"x"}}'],
  ])('a creation with the body %s is refused', async (body) => {
    const answer = await site.call('/stream', { method: 'POST', body }).answer();
    expect(answer.status).toBe(400);
    expect(Object.keys(JSON.parse(answer.text))).toEqual(['name', 'message']);
  });

  it('a creation with a body beyond its limit is refused', async () => {
    const body = JSON.stringify({ download_headers: { 'X-A': 'x'.repeat(100_000) } });
    expect(await site.call('/stream', { method: 'POST', body }).status()).toBe(413);
  });
}

function itStreams(site: Site): void {
  it('an upload arrives, whichever side comes first', async () => {
    const [first, second] = [await create(site), await create(site)];
    const body = randomBytes(3 * 1024 * 1024);
    const sender = await put(site, first, body).waits();
    const received = await get(site, first).answer();
    expect([received.status, sha256(received.body)]).toEqual([200, sha256(body)]);
    expect(received.headers['transfer-encoding']).toBe('chunked');
    expect((await sender.answer()).status).toBe(200);

    const receiver = await get(site, second).waits();
    expect(await put(site, second, body).status()).toBe(200);
    expect(sha256((await receiver.answer()).body)).toBe(sha256(body));
  });

  it('a piece arrives while the upload is still open', async () => {
    const stream = await create(site);
    const receiver = await get(site, stream).waits();
    const sender = put(site, stream);
    await sender.write('first,');
    expect((await receiver.until(6)).toString()).toBe('first,');
    sender.end('second');
    expect((await receiver.answer()).text).toBe('first,second');
    expect(await sender.status()).toBe(200);
  });

  it('an empty upload arrives', async () => {
    const stream = await create(site);
    const sender = put(site, stream, '');
    const received = await get(site, stream).answer();
    expect([received.status, received.text]).toEqual([200, '']);
    expect(await sender.status()).toBe(200);
  });

  it('each side gets its own headers', async () => {
    const headers = {
      download_headers: {
        'Content-Type': 'text/csv',
        'Content-Disposition': 'attachment; filename="myfile.csv"',
      },
      upload_headers: { Location: 'http://new/path/to/myfile.csv' },
    };
    const stream = await create(site, JSON.stringify(headers));
    const receiver = get(site, stream);
    const sender = put(site, stream, 'a,b');
    const [download, upload] = [await receiver.headers(), await sender.headers()];
    expect(download['content-disposition']).toBe('attachment; filename="myfile.csv"');
    expect(download['content-type']).toBe('text/csv');
    expect(download.location).toBeUndefined();
    expect(upload.location).toBe('http://new/path/to/myfile.csv');
    expect(upload['content-disposition']).toBeUndefined();
  });

  it('headers of a creator cannot break the framing', async () => {
    const stream = await create(site, '{"download_headers":{"Content-Length":"2","Trailer":"x","X-Kept":7}}');
    const receiver = get(site, stream);
    put(site, stream, 'six by');
    const received = await receiver.answer();
    expect([received.text, received.headers['x-kept']]).toEqual(['six by', '7']);
  });

  it('a stream serves one request per side and refuses others with 429', async () => {
    const stream = await create(site);
    const receivers = Array.from({ length: 8 }, () => get(site, stream));
    const refused: number[] = [];
    for (const one of receivers) void one.status().then((status) => refused.push(status));
    await eventually('all but one have their answer', () => refused.length >= 7);
    expect(refused).toEqual(Array.from({ length: 7 }, () => 429));
    expect(await put(site, stream, 'once').status()).toBe(200);
    const answers = await Promise.all(receivers.map((one) => one.answer()));
    expect(answers.filter(({ status }) => status === 200).map(({ text }) => text)).toEqual(['once']);

    const other = await create(site);
    const sender = await put(site, other, 'mine').waits();
    expect(await put(site, other, 'late').status()).toBe(429);
    expect((await get(site, other).answer()).text).toBe('mine');
    expect(await sender.status()).toBe(200);
  });

  it('a stream is gone after one exchange', async () => {
    const stream = await create(site);
    const sender = put(site, stream, 'x');
    await get(site, stream).answer();
    await sender.answer();
    expect(await get(site, stream).status()).toBe(404);
    expect(await put(site, stream, 'y').status()).toBe(404);
  });

  it('a HEAD takes no side', async () => {
    const stream = await create(site);
    expect(await site.call(stream, { method: 'HEAD' }).status()).toBe(404);
    expect(await site.call(stream, { method: 'OPTIONS' }).status()).toBe(404);
    const sender = put(site, stream, 'still here');
    expect((await get(site, stream).answer()).text).toBe('still here');
    await sender.answer();
  });
}

function itReports(site: Site): void {
  it('a report without a body sends the other side a general error', async () => {
    const stream = await create(site);
    const receiver = await get(site, stream).waits();
    expect(await site.call(`${stream}/error`, { method: 'POST', body: '' }).status()).toBe(200);
    const answer = await receiver.answer();
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text)).toEqual({
      name: 'Error',
      message: 'The other side encountered an unspecified error',
    });
    expect(await get(site, stream).status()).toBe(404);
  });

  const body = JSON.stringify({ http_status: 404, name: 'FileNotFoundError', message: "no 'path'" });
  const told = { name: 'FileNotFoundError', message: "no 'path'" };
  const report = (stream: string, text = body): Call =>
    site.call(`${stream}/error`, { method: 'POST', body: text });

  it('a report with a body reaches sides that wait or come later', async () => {
    const [first, second, third] = [await create(site), await create(site), await create(site)];
    const receiver = await get(site, first).waits();
    expect(await report(first).status()).toBe(200);
    const sender = await put(site, second, Buffer.alloc(4 * 1024 * 1024)).waits();
    expect(await report(second).status()).toBe(200);
    expect(await report(third).status()).toBe(200);
    expect(await report(third).status()).toBe(409);
    for (const call of [receiver, sender, get(site, third)]) {
      const answer = await call.answer();
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toEqual(told);
    }
    expect(await put(site, third, 'x').status()).toBe(404);
    expect((await statusOf(site, first)).state).toBe('CLIENT_ERROR');
  });

  it('an invalid report leaves its stream usable', async () => {
    const stream = await create(site);
    expect(await report(stream, '{oops').status()).toBe(400);
    const sender = put(site, stream, 'x');
    expect((await get(site, stream).answer()).text).toBe('x');
    await sender.answer();
  });

  it('a report is refused once both sides have come, and the transfer continues', async () => {
    const stream = await create(site);
    const receiver = get(site, stream);
    const sender = put(site, stream);
    await sender.write('one ');
    await receiver.until(4);
    expect(await report(stream).status()).toBe(409);
    sender.end('two');
    expect((await receiver.answer()).text).toBe('one two');
    expect(await report(stream).status()).toBe(409);
  });

  it('a report with an invalid status is sent as 400', async () => {
    const stream = await create(site);
    const receiver = await get(site, stream).waits();
    expect(await report(stream, '{"http_status":99}').status()).toBe(200);
    expect(await receiver.status()).toBe(400);
  });
}

function itNotices(site: Site): void {
  it('a download gets 502 if its upload leaves before the first byte', async () => {
    const stream = await create(site);
    const receiver = await get(site, stream).waits();
    const sender = put(site, stream);
    await eventually('it is STREAMING', async () => (await statusOf(site, stream)).state === 'STREAMING');
    await sender.leave();
    const answer = await receiver.answer();
    expect(answer.status).toBe(502);
    expect(JSON.parse(answer.text).name).toBe('StreamSourceError');
  });

  it('a download is cut if its upload breaks off', async () => {
    const stream = await create(site);
    const receiver = get(site, stream);
    const sender = site.call(stream, { method: 'PUT', headers: { 'Content-Length': '1000' } });
    await sender.write('abc');
    await receiver.until(3);
    await sender.leave();
    expect(await receiver.over()).toBe(false);
    await eventually('it is inactive', async () => (await statusOf(site, stream)).active === false);
    const status = await statusOf(site, stream);
    expect(status.state).toMatch(/^SRC_(DISCONNECTED|ERROR)$/);
    expect(status.error).toEqual({ name: expect.any(String), message: expect.any(String) });
  });

  it('an upload gets 502 if its download leaves', async () => {
    const stream = await create(site);
    const receiver = get(site, stream);
    const sender = put(site, stream);
    await sender.write('abc');
    await receiver.until(3);
    await receiver.leave();
    const writing = setInterval(() => void sender.write(Buffer.alloc(1_000)).catch(() => {}), 20);
    expect(await sender.status()).toBe(502);
    clearInterval(writing);
    expect((await statusOf(site, stream)).state).toMatch(/^DST_(DISCONNECTED|ERROR)$/);
  });

  it('a stream is gone after its waiting side left', async () => {
    const stream = await create(site);
    const receiver = await get(site, stream).waits();
    await receiver.leave();
    await eventually(
      'it is DST_DISCONNECTED',
      async () => (await statusOf(site, stream)).state === 'DST_DISCONNECTED',
    );
    expect(await put(site, stream, 'x').status()).toBe(404);
  });

  it('an upload waits for a slow download, which gets all bytes', async () => {
    const stream = await create(site);
    const body = randomBytes(24 * 1024 * 1024);
    const receiver = get(site, stream);
    const sender = put(site, stream, body);
    (await receiver.head()).pause();
    await sender.waits();
    receiver.resume();
    expect(sha256((await receiver.answer()).body)).toBe(sha256(body));
    expect(await sender.status()).toBe(200);
  });
}

function itShows(site: Site): void {
  it('the status shows the state and the bytes of a stream', async () => {
    const stream = await create(site);
    const created = await statusOf(site, stream);
    expect(created).toMatchObject({ state: 'CREATED', active: true, bytes_transferred: 0 });
    expect(created).not.toHaveProperty('deactivated_at');
    expect(created.download_headers).toEqual({});
    const receiver = get(site, stream);
    const sender = put(site, stream);
    await sender.write('x'.repeat(1_000));
    await receiver.until(1_000);
    await eventually(
      'it counts all bytes',
      async () => (await statusOf(site, stream)).bytes_transferred === 1_000,
    );
    expect(await statusOf(site, stream)).toMatchObject({ state: 'STREAMING', active: true });
    sender.end('y'.repeat(234));
    await sender.answer();
    const finished = await statusOf(site, stream);
    expect(finished).toMatchObject({ state: 'FINISHED', active: false, bytes_transferred: 1_234 });
    expect(new Date(finished.deactivated_at).toISOString()).toBe(finished.deactivated_at);
  });

  it('the list has the stream, ping answers, and unknown paths get 404', async () => {
    const stream = await create(site);
    const listed: { id: string }[] = JSON.parse((await site.call('/stream').answer()).text);
    expect(listed.map(({ id }) => `/stream/${id}`)).toContain(stream);
    expect((await site.call('/ping?x').answer()).text).toBe('pong');
    for (const call of [
      get(site, '/stream/unknown'),
      put(site, '/stream/unknown', 'x'),
      site.call('/stream/unknown/error', { method: 'POST', body: '' }),
      get(site, '/stream/unknown/status/'),
      get(site, '/nowhere'),
      site.call(stream, { method: 'DELETE' }),
    ]) {
      const answer = await call.answer();
      expect(answer.status).toBe(404);
      expect(JSON.parse(answer.text)).toEqual({ name: expect.any(String), message: expect.any(String) });
    }
  });
}
