import { randomBytes, randomUUID } from 'node:crypto';
import { setTimeout as delay } from 'node:timers/promises';
import { Call, type CallOptions } from '../relay/call';
import { deploy, type Site } from '../relay/deployments';

/** More than the 300 s after which Node cuts a request by default, and cama's default ends a wait. */
const LONG_MS = 310_000;
const PIECES = 31;
/** More than the sockets hold: the upload stalls until the download reads. */
const LARGE = 8 * 1024 * 1024;

const CONFIG = 'rendezvous: {lifetime: 10m}\ncama: {requestTimeout: 10m}';

const SITES = [
  { name: 'one node on files', store: 'file', nodes: 1, alone: false },
  { name: 'two nodes on Redis', store: 'redis', nodes: 2, alone: false },
] as const;

// The cases run concurrently, so what they share must be started at the root.
const cases = SITES.map((deployment) => ({
  on: deployment.name,
  site: deploy('rendezvous', deployment, CONFIG),
}));
const each = it.concurrent.each(cases);

each('a transfer that trickles for five minutes arrives piece by piece, on $on', async ({ site }) => {
  const stream = await createStream(site);
  const [receiver, sender] = [far(site, stream), near(site, stream, { method: 'PUT' })];
  for (let piece = 1; piece <= PIECES; piece += 1) {
    await sender.write(pieceOf(piece));
    await receiver.until(piece * pieceOf(piece).length);
    await delay(LONG_MS / PIECES);
  }
  sender.end();
  expect((await receiver.answer()).text).toBe(
    Array.from({ length: PIECES }, (_, at) => pieceOf(at + 1)).join(''),
  );
  expect(await sender.status()).toBe(200);
});

each('a transfer continues after its sender is silent for five minutes, on $on', async ({ site }) => {
  const stream = await createStream(site);
  const [receiver, sender] = [far(site, stream), near(site, stream, { method: 'PUT' })];
  await sender.write('before ');
  await receiver.until(7);
  await delay(LONG_MS);
  sender.end('after');
  expect((await receiver.answer()).text).toBe('before after');
  expect(await sender.status()).toBe(200);
});

each('a download waits five minutes for its upload, on $on', async ({ site }) => {
  const stream = await createStream(site);
  const receiver = far(site, stream);
  await delay(LONG_MS);
  const sender = near(site, stream, { method: 'PUT', body: 'at last' });
  expect((await receiver.answer()).text).toBe('at last');
  expect(await sender.status()).toBe(200);
});

each('an upload waits five minutes for its download, on $on', async ({ site }) => {
  const body = randomBytes(LARGE);
  const stream = await createStream(site);
  const sender = near(site, stream, { method: 'PUT', body });
  await delay(LONG_MS);
  expect((await far(site, stream).answer()).body.equals(body)).toBe(true);
  expect(await sender.status()).toBe(200);
});

each('a consumer of a channel waits five minutes for a producer, on $on', async ({ site }) => {
  const channel = `/channels/${randomUUID()}/x`;
  const consumer = far(site, channel);
  await delay(LONG_MS);
  const producer = near(site, channel, { method: 'POST', body: 'at last' });
  expect((await consumer.answer()).text).toBe('at last');
  expect(await producer.status()).toBe(200);
});

each('a host waits five minutes for a message from a guest, on $on', async ({ site }) => {
  const allocated = await near(site, '/cama/session', { method: 'PUT', body: '' }).answer();
  const session = String(allocated.headers.location);
  const cookie = allocated.headers['set-cookie']?.[0]?.split(';')[0] ?? '';
  const host = far(site, session, { headers: { Cookie: cookie } });
  await delay(LONG_MS);
  const guest = near(site, session, { method: 'POST', body: 'at last' });
  expect((await host.answer()).text).toBe('at last');
  expect((await guest.answer()).headers['x-bytes-delivered']).toBe('7');
});

each('a tail gets the rest of a stream that was silent for five minutes, on $on', async ({ site }) => {
  const path = `/stream/${randomUUID()}`;
  const producer = near(site, path, { method: 'POST' });
  await producer.write('before ');
  expect(await producer.status()).toBe(201);
  const tail = far(site, path);
  await tail.until(7);
  await delay(LONG_MS);
  producer.end('after');
  expect((await tail.answer()).text).toBe('before after');
  expect(await producer.over()).toBe(true);
});

/** At the first node. */
function near(site: Site, path: string, options?: CallOptions): Call {
  return new Call(`${site.nodes()[0]?.url}${path}`, options);
}

/** At the last node, which is the first one if there is only one. */
function far(site: Site, path: string, options?: CallOptions): Call {
  return new Call(`${site.nodes().at(-1)?.url}${path}`, options);
}

async function createStream(site: Site): Promise<string> {
  const created = await near(site, '/rendezvous/stream', { method: 'POST', body: '' }).answer();
  return `/rendezvous/stream/${JSON.parse(created.text).stream}`;
}

function pieceOf(number: number): string {
  return `${String(number).padStart(3, '0')}\n`;
}
