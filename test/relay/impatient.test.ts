import { eventually } from '../faults/eventually';
import { DEPLOYMENTS, deploy, type Site } from './deployments';

/** Each is some hundred times what is done within it on a machine that does nothing else. */
const CONFIG = `
rendezvous: {lifetime: 6s, retention: 12s}
httpipe: {requestTimeout: 5s}
http: {consumerTimeout: 5s, bodyTimeout: 5s}
cama: {sessionLifetime: 8s}
`;

// All three relays lie on the main port. The tests wait for most of their time, and so go on at the same time.
const cases = DEPLOYMENTS.map((deployment) => ({
  on: deployment.name,
  site: deploy('httpipe', { ...deployment, alone: false }, CONFIG),
}));
const each = it.concurrent.each(cases);

each('a stream expires if only one side comes, on $on', async ({ site }) => {
  const [download, upload, lonely] = await Promise.all([1, 2, 3].map(() => createStream(site)));
  if (download === undefined || upload === undefined || lonely === undefined) throw new Error('too few');
  const receiver = site.call(download);
  const sender = site.call(upload, { method: 'PUT', body: 'x' });
  for (const call of [receiver, sender]) {
    const answer = await call.answer();
    expect([answer.status, JSON.parse(answer.text).name]).toEqual([504, 'SessionTimeoutError']);
  }
  expect(await stateOf(site, download)).toBe('TIMEOUT_NO_SRC');
  expect(await stateOf(site, upload)).toBe('TIMEOUT_NO_DST');
  await eventually(
    'the other has expired, too',
    async () => (await stateOf(site, lonely)) === 'TIMEOUT_NO_SRC',
  );
  for (const stream of [download, upload, lonely]) {
    expect(await site.call(stream).status()).toBe(404);
    expect(await site.call(stream, { method: 'PUT', body: 'x' }).status()).toBe(404);
    expect(await site.call(`${stream}/error`, { method: 'POST', body: '' }).status()).toBe(404);
  }
});

each('a body that is read whole gets 408 if it stalls, on $on', async ({ site }) => {
  const [creation, report] = ['/rendezvous/stream', `${await createStream(site)}/error`].map((path) =>
    site.call(path, { method: 'POST', headers: { 'Content-Length': '9' } }),
  );
  await Promise.all([creation?.write('{'), report?.write('{')]);
  for (const call of [creation, report]) {
    const answer = await call?.answer();
    expect([answer?.status, JSON.parse(answer?.text ?? '').code]).toEqual([408, 'body_stalled']);
  }
});

each(
  'a transfer outlasts the lifetime of streams and is forgotten after its end, on $on',
  async ({ site }) => {
    const stream = await createStream(site);
    const receiver = site.call(stream);
    const sender = site.call(stream, { method: 'PUT' });
    await sender.write('before ');
    await receiver.until(7);
    const younger = await createStream(site);
    await eventually('a younger one expires', async () => (await stateOf(site, younger)) !== 'CREATED');
    sender.end('after');
    expect((await receiver.answer()).text).toBe('before after');
    expect(await sender.status()).toBe(200);
    expect(await stateOf(site, stream)).toBe('FINISHED');
    await eventually('it is forgotten', async () => (await site.call(`${stream}/status`).status()) === 404);
  },
);

each('a wait at a channel times out and takes no message, on $on', async ({ site }) => {
  const [lonely, alone] = ['/channels/v1/lonely', '/channels/v1/alone'];
  const consumer = site.call(lonely);
  const late = site.call(alone, { method: 'POST', body: 'late' });
  expect([await consumer.status(), await late.status()]).toEqual([408, 408]);
  const another = site.call(alone);
  const producer = site.call(lonely, { method: 'POST', body: 'x' });
  expect((await site.call(lonely).answer()).text).toBe('x');
  expect(await producer.status()).toBe(200);
  expect(await another.status()).toBe(408);
});

each('a producer gets 502 if its consumer stalls, on $on', async ({ site }) => {
  const consumer = site.call('/channels/v1/stalled');
  const producer = site.call('/channels/v1/stalled', {
    method: 'POST',
    body: Buffer.alloc(24 * 1024 * 1024),
  });
  (await consumer.head()).pause();
  expect(await producer.status()).toBe(502);
  await consumer.leave();
});

each('an expired session ends its waiting requests but no transfer, on $on', async ({ site }) => {
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

async function createStream(site: Site): Promise<string> {
  const created = await site.call('/rendezvous/stream', { method: 'POST', body: '' }).answer();
  return `/rendezvous/stream/${JSON.parse(created.text).stream}`;
}

async function stateOf(site: Site, stream: string): Promise<string> {
  return JSON.parse((await site.call(`${stream}/status`).answer()).text).state;
}
