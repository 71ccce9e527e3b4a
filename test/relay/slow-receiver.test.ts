import { randomBytes } from 'node:crypto';
import { connect } from 'node:net';
import { createInterface } from 'node:readline';
import { Redis } from 'ioredis';
import { eventually } from '../faults/eventually';
import { Call } from './call';
import { deploy } from './deployments';

const PIECE_BYTES = 64 * 1024;
const HELD_BYTES = 512 * 1024;
/** More than it takes for the receiver's node to give up a transfer of which nothing comes any more. */
const ANSWERS = 4;

describe('a slow receiver at another node than its sender', () => {
  const site = deploy('cama', { name: '', store: 'redis', nodes: 2, alone: false });

  it('a slow receiver gets all bytes that its sender sent before it broke off', async () => {
    const [near, far] = site.nodes();
    if (near === undefined || far === undefined) throw new Error('there are no two nodes');
    const redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
    const monitor = connect(site.redis()?.port ?? 0, '127.0.0.1');
    monitor.write('MONITOR\r\n');
    try {
      const session = await new Call(`${near.url}/cama/session`, { method: 'PUT', body: '' }).answer();
      const { location = '', 'set-cookie': [cookie = ''] = [] } = session.headers;
      const headers = { Cookie: cookie.split(';', 1)[0] ?? '' };
      const receiver = new Call(far.url + location);
      const sender = new Call(near.url + location, { method: 'POST', headers });
      await sender.write('begun');
      const response = await receiver.head();
      response.pause();
      let key = '';
      // Less than a whole window: a sender that is held up is not seen to leave.
      await eventually('Redis holds much of it', async () => {
        await sender.write(randomBytes(PIECE_BYTES));
        key = (await redis.keys('loom:{*}:x:*'))[0] ?? '';
        return Number(await redis.call('MEMORY', 'USAGE', key)) >= HELD_BYTES;
      });
      await sender.leave();
      await eventually('the last of it is in Redis', async () => (await newest(redis, key))[1] === 'abort');
      const [, beforeAbort] = await redis.xrevrangeBuffer(key, '+', '-', 'COUNT', 2);
      const last = beforeAbort?.[1][1] ?? Buffer.alloc(0);
      expect(last.length).toBeGreaterThan(0);
      let answers = 0;
      // A line per command.
      createInterface({ input: monitor }).on('line', (line) => {
        if (/ "xadd" .*"x-unknown"/i.test(line)) answers += 1;
      });
      const isAnswered = async () => answers >= ANSWERS || (await redis.exists(key)) === 0;
      await eventually("the receiver's node has its answers that the sender is gone", isAnswered);
      response.resume();
      const { body } = await receiver.answer();
      expect(body.subarray(-last.length).equals(last)).toBe(true);
    } finally {
      monitor.destroy();
      redis.disconnect();
    }
  });
});

async function newest(redis: Redis, key: string): Promise<readonly string[]> {
  return (await redis.xrevrange(key, '+', '-', 'COUNT', 1))[0]?.[1] ?? [];
}
