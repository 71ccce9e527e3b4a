import { execFileSync } from 'node:child_process';
import { PacketClient } from './packet-client';
import { Stage } from './stage';

describe.each(['files', 'redis'] as const)('the packet proxy, killed and started again, on %s', (store) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ store });
  });
  afterAll(() => stage.close());

  it('still knows tokens, and has the packets for both sides', async () => {
    const { upstream } = stage;
    const [sender, fetcher] = [await PacketClient.logIn(stage), await PacketClient.logIn(stage)];
    upstream.handle = ({ text }) =>
      text === 'for both'
        ? { headers: { To: fetcher.id, 'X-Kept': 'yes' }, body: 'to be fetched' }
        : undefined;
    await sender.send('for both');
    await upstream.down();
    await sender.send('to be sent', { 'X-Kept': 'too' });
    await stage.node(0).restart('SIGKILL');

    const answer = await fetcher.poll();
    expect([answer.text, answer.headers['x-kept']]).toEqual(['to be fetched', 'yes']);
    await upstream.up();
    const received = await upstream.until(({ text }) => text === 'to be sent');
    expect(received.headers).toMatchObject({ from: sender.id, 'x-kept': 'too' });
    expect(upstream.packets.filter(({ text }) => text === 'for both')).toHaveLength(1);
  });

  it('has handed out what was fetched just before a stop, and does not do so again', async () => {
    const client = await PacketClient.logIn(stage);
    stage.upstream.handle = ({ text }) =>
      text === 'echo' ? { headers: { To: client.id }, body: 'once' } : undefined;
    expect((await client.send('echo')).text).toBe('once');
    await stage.node(0).restart('SIGTERM');
    expect(await client.poll()).toMatchObject({ status: 200, text: '' });
  });

  it('keeps no token in clear', async () => {
    const client = await PacketClient.logIn(stage);
    const found = (text: string): boolean => {
      try {
        execFileSync('grep', ['-rqa', text, stage.kept()]);
        return true;
      } catch {
        // grep has found nothing.
        return false;
      }
    };
    await stage.node(0).restart('SIGTERM');
    expect((await client.poll()).status).toBe(200);
    expect(found(client.id)).toBe(true);
    expect(found(client.token)).toBe(false);
  });
});
