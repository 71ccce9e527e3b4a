import { PacketClient } from './packet-client';
import { LONG_POLL_MS, Stage } from './stage';

it('packets and tokens survive a crash and restart of Redis', async () => {
  const stage = await Stage.open({ store: 'redis', nodes: 2 });
  const { redis, upstream } = stage;
  try {
    const client = await PacketClient.logIn(stage);
    upstream.handle = ({ text }) =>
      text === 'make' ? { headers: { To: 'later' }, body: 'made' } : undefined;
    await client.send('make');
    await upstream.down();
    expect((await client.send('kept')).status).toBe(200);

    await redis?.kill('SIGKILL');
    const answer = await client.poll();
    expect(answer.status).toBe(503);
    expect(answer.headers['retry-after']).toBeDefined();
    await upstream.up();
    await redis?.restart();

    await upstream.until(({ text }) => text === 'kept');
    while ((await client.poll()).status === 503) {
      // The other node may not have found its Redis again yet.
    }
    const started = performance.now();
    expect((await client.poll()).status).toBe(200);
    expect(performance.now() - started).toBeGreaterThanOrEqual(LONG_POLL_MS - 50);
  } finally {
    await stage.close();
  }
});
