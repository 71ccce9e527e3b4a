import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http, { type IncomingMessage } from 'node:http';
import { PacketClient } from './packet-client';
import { Stage } from './stage';

/** More than sockets hold. */
const LARGE = 16 << 20;

describe('a killed node of the packet proxy', () => {
  let stage: Stage;
  beforeEach(async () => {
    stage = await Stage.open({
      store: 'redis',
      nodes: 2,
      settings: '  packetBytes: 16MiB\n  clientBytes: 64MiB',
    });
  });
  afterEach(() => stage.close());

  it('a packet that the killed node was sending to a client reaches it from the other node', async () => {
    const client = await PacketClient.logIn(stage);
    const large = randomBytes(LARGE);
    const toPush = [large];
    stage.upstream.handle = ({ headers, text }) => {
      if (headers['type'] !== 'Packet' || text !== '') return undefined;
      const body = toPush.shift();
      return body && { headers: { To: client.id }, body };
    };
    const url = `${stage.node(0).url}/packets`;
    const slow = http.request(url, { method: 'POST', headers: client.authorization, agent: false });
    slow.on('error', () => {});
    slow.end();
    const [res] = (await once(slow, 'response')) as [IncomingMessage];
    res.on('error', () => {});
    await stage.node(0).kill('SIGKILL');
    // A poll of the killed node may still wait to be read.
    await stage.upstream.down();
    await stage.upstream.up();
    // Not before: the upstream's protocol has no receipt for what a killed node had just been given.
    toPush.push(Buffer.from('the second'));

    const again = client.at(stage, 1);
    const bodies: Buffer[] = [];
    // Until the node counts as dead, its packet counts as on its way.
    while (bodies.length < 2) {
      const { body } = await again.poll();
      if (body.length > 0) bodies.push(body);
    }
    expect(bodies.map((body) => body.length).sort()).toEqual(['the second'.length, LARGE].sort());
    expect(bodies.some((body) => body.equals(large))).toBe(true);
  });

  it('a packet that the killed node was sending to the upstream is sent by the other node', async () => {
    const client = (await PacketClient.logIn(stage)).at(stage, 0);
    let isHeld = true;
    stage.upstream.handle = ({ text }) => (text === 'held' && isHeld ? new Promise(() => {}) : undefined);
    const sending = client.send('held').catch(() => undefined);
    await stage.upstream.until(({ text }) => text === 'held');
    isHeld = false;
    stage.upstream.requests.length = 0;
    await stage.node(0).kill('SIGKILL');
    await sending;
    const received = await stage.upstream.until(({ text }) => text === 'held');
    expect(received.headers.from).toBe(client.id);
  });
});

it('the packets of a client reach the upstream in order, whichever nodes it sends them to', async () => {
  // A packet without an answer is sent again after the timeout.
  const stage = await Stage.open({ store: 'redis', nodes: 2, settings: '  longPoll: 0s\n  timeout: 10m' });
  try {
    const client = await PacketClient.logIn(stage);
    const { upstream } = stage;
    // Answers are held back, as by an upstream that polls for long: nothing waits for them.
    let release = (): void => {};
    const released = new Promise<undefined>((resolve) => {
      release = () => resolve(undefined);
    });
    upstream.handle = ({ headers }) => (headers.from === client.id ? released : undefined);
    const sent = Array.from({ length: 40 }, (_, index) => `packet ${index}`);
    for (const body of sent) expect((await client.send(body)).status).toBe(200);
    await upstream.until(() => upstream.packets.length === sent.length);
    expect(upstream.packets.map(({ text }) => text)).toEqual(sent);
    release();
  } finally {
    await stage.close();
  }
});
