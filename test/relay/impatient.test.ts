import { DEPLOYMENTS, deploy, type Site } from './deployments';

const CONFIG = `
rendezvous: {lifetime: 800ms, retention: 1500ms}
httpipe: {requestTimeout: 500ms}
http: {consumerTimeout: 1s, bodyTimeout: 1s}
cama: {sessionLifetime: 1200ms}
`;

describe.each(DEPLOYMENTS)('what takes too long, on $name', (deployment) => {
  // All three lie on the main port.
  const site = deploy('httpipe', { ...deployment, alone: false }, CONFIG);
  rendezvous(site);
  httpipe(site);
  cama(site);
});

function rendezvous(site: Site): void {
  const create = async (): Promise<string> =>
    `/rendezvous/stream/${JSON.parse((await site.call('/rendezvous/stream', { method: 'POST', body: '' }).answer()).text).stream}`;
  const stateOf = async (stream: string): Promise<string> =>
    JSON.parse((await site.call(`${stream}/status`).answer()).text).state;

  it('a side of a stream that stays alone: the stream is gone with it', async () => {
    const [download, upload, lonely] = [await create(), await create(), await create()];
    const receiver = site.call(download);
    const sender = site.call(upload, { method: 'PUT', body: 'x' });
    for (const call of [receiver, sender]) {
      const answer = await call.answer();
      expect([answer.status, JSON.parse(answer.text).name]).toEqual([504, 'SessionTimeoutError']);
    }
    expect(await stateOf(download)).toBe('TIMEOUT_NO_SRC');
    expect(await stateOf(upload)).toBe('TIMEOUT_NO_DST');
    expect(await stateOf(lonely)).toBe('TIMEOUT_NO_SRC');
    for (const stream of [download, upload, lonely]) {
      expect(await site.call(stream).status()).toBe(404);
      expect(await site.call(stream, { method: 'PUT', body: 'x' }).status()).toBe(404);
      expect(await site.call(`${stream}/error`, { method: 'POST', body: '' }).status()).toBe(404);
    }
  });

  it('a body that is needed whole', async () => {
    const [creation, report] = ['/rendezvous/stream', `${await create()}/error`].map((path) =>
      site.call(path, { method: 'POST', headers: { 'Content-Length': '9' } }),
    );
    await Promise.all([creation?.write('{'), report?.write('{')]);
    expect([await creation?.status(), await report?.status()]).toEqual([400, 400]);
  });

  it('not what streams, which is forgotten some time after its end', async () => {
    const stream = await create();
    const receiver = site.call(stream);
    const sender = site.call(stream, { method: 'PUT' });
    await sender.write('before ');
    await receiver.until(7);
    await new Promise((resolve) => setTimeout(resolve, 900));
    sender.end('after');
    expect((await receiver.answer()).text).toBe('before after');
    expect(await sender.status()).toBe(200);
    expect(await stateOf(stream)).toBe('FINISHED');
    await new Promise((resolve) => setTimeout(resolve, 1_600));
    expect(await site.call(`${stream}/status`).status()).toBe(404);
  });
}

function httpipe(site: Site): void {
  it('a wait at a channel, which takes nothing with it', async () => {
    expect(await site.call('/channels/v1/lonely').status()).toBe(408);
    expect(await site.call('/channels/v1/alone', { method: 'POST', body: 'late' }).status()).toBe(408);
    const producer = site.call('/channels/v1/lonely', { method: 'POST', body: 'x' });
    expect((await site.call('/channels/v1/lonely').answer()).text).toBe('x');
    expect(await producer.status()).toBe(200);
    expect(await site.call('/channels/v1/alone').status()).toBe(408);
  });

  it('a consumer that takes nothing', async () => {
    const consumer = site.call('/channels/v1/stalled');
    const producer = site.call('/channels/v1/stalled', {
      method: 'POST',
      body: Buffer.alloc(24 * 1024 * 1024),
    });
    (await consumer.head()).pause();
    expect(await producer.status()).toBe(502);
    await consumer.leave();
  });
}

function cama(site: Site): void {
  it('a wait at a session that expires, but no transfer', async () => {
    const allocated = await site.call('/cama/session', { method: 'PUT', body: '' }).answer();
    const path = String(allocated.headers.location);
    const cookie = allocated.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
    const waiting = site.call(path, { headers: { Cookie: cookie } });
    const receiving = site.call(path);
    const sending = site.call(path, { method: 'POST', headers: { Cookie: cookie } });
    await sending.write('on ');
    await receiving.until(3);
    expect(await waiting.status()).toBe(410);
    sending.end('and on');
    expect((await receiving.answer()).text).toBe('on and on');
    expect(await sending.status()).toBe(200);
    expect(await site.call(path).status()).toBe(404);
  });
}
