import { execFileSync } from 'node:child_process';
import { PacketClient } from './packet-client';
import { Stage } from './stage';

describe.each(['files', 'redis'] as const)('a restart of the packet proxy, on %s', (store) => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await Stage.open({ store });
  });
  afterAll(() => stage.close());

  it('tokens and the packets for both sides survive a SIGKILL', async () => {
    const { upstream } = stage;
    const [sender, fetcher] = [await PacketClient.logIn(stage), await PacketClient.logIn(stage)];
    upstream.handle = ({ text }) =>
      text === 'for both'
        ? { headers: { To: fetcher.id, 'X-Kept': 'yes' }, body: 'to be fetched' }
        : undefined;
    await sender.send('for both');
    await upstream.until(({ text }) => text === 'for both');
    await upstream.down();
    await sender.send('to be sent', { 'X-Kept': 'too' });
    await stage.node(0).restart('SIGKILL');

    const answer = await fetcher.next();
    expect([answer.text, answer.headers['x-kept']]).toEqual(['to be fetched', 'yes']);
    await upstream.up();
    const received = await upstream.until(({ text }) => text === 'to be sent');
    expect(received.headers).toMatchObject({ from: sender.id, 'x-kept': 'too' });
    expect(upstream.packets.filter(({ text }) => text === 'for both')).toHaveLength(1);
  });

  it('a packet that was fetched just before a stop is not delivered again', async () => {
    const client = await PacketClient.logIn(stage);
    stage.upstream.handle = ({ text }) =>
      text === 'echo' ? { headers: { To: client.id }, body: 'once' } : undefined;
    expect((await client.exchange('echo')).text).toBe('once');
    await stage.node(0).restart('SIGTERM');
    expect(await client.poll()).toMatchObject({ status: 200, text: '' });
  });

  it('the stored data contain no token in clear text', async () => {
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
