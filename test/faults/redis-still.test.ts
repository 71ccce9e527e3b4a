import { setTimeout as delay } from 'node:timers/promises';
import { Producer, request } from '../support/http';
import { PATIENCE_MS } from '../support/patience';
import { eventually } from './eventually';
import { residentBytes } from './process-memory';
import { withStage } from './stage';

const KIB = 1024;
const MIB = 1024 * KIB;
const PRODUCERS = 200;
const BODY_BYTES = 1.5 * MIB;
const PIECE_BYTES = 64 * KIB;
const PENDING_TOTAL = 32 * MIB;
/** Redis may be stopped for as long as the machine takes to fill the memory: no request times out meanwhile. */
const CONFIG = `
limits: {pendingTotal: ${PENDING_TOTAL / MIB}MiB}
redis: {commandTimeout: 1h, patience: 1h}`;
/** What a connection has read before it is paused, twice: as it came, and as Node keeps it for its reader. Then the process itself. */
const SLACK = PRODUCERS * 192 * KIB + 32 * MIB;

/** The body of one producer, unlike all others in each of its pieces. */
function body(index: number): Buffer {
  return Buffer.alloc(BODY_BYTES, `${index} of ${PRODUCERS}, `);
}

const wires = [
  {
    name: '/stream',
    path: (index: number) => `/stream/${index}`,
    headers: {},
    create: async () => {},
    done: 201,
  },
  {
    name: '/v1/stream',
    path: (index: number) => `/v1/stream/${index}`,
    headers: { 'Content-Type': 'application/octet-stream', 'Transfer-Encoding': 'chunked' },
    create: async (url: string) => {
      const headers = { 'Content-Type': 'application/octet-stream' };
      await request(url, { method: 'PUT', headers });
    },
    done: 204,
  },
];

describe('producers while Redis is stopped by SIGSTOP', () => {
  const stage = withStage();

  it.each(wires)(
    `${PRODUCERS} producers on $name use no more memory than limits.pendingTotal, and lose no byte`,
    async ({ path, headers, create, done }) => {
      const redis = await stage.redis();
      const loom = await stage.loom(redis.url, CONFIG);
      const url = (index: number): string => loom.url + path(index);
      let written = 0;
      const producers: Producer[] = [];
      for (let index = 0; index < PRODUCERS; index += 1) {
        await create(url(index));
        const producer = new Producer(url(index), { headers });
        producers.push(producer);
        await producer.write(body(index).subarray(0, 1));
        if (done === 201) await producer.head;
      }
      const before = residentBytes(loom.pid);

      await redis.kill('SIGSTOP');
      const answers = producers.map(async (producer, index) => {
        const rest = body(index);
        for (let at = 1; at < BODY_BYTES; at += PIECE_BYTES) {
          const piece = rest.subarray(at, at + PIECE_BYTES);
          await producer.write(piece);
          written += piece.length;
        }
        return (await producer.end()).status;
      });
      await untilStill(() => written);
      expect(residentBytes(loom.pid) - before).toBeLessThan(PENDING_TOTAL + SLACK);

      await redis.kill('SIGCONT');
      expect(new Set(await Promise.all(answers))).toEqual(new Set([done]));
      for (let index = 0; index < PRODUCERS; index += 1) {
        const stored = await request(`${loom.url}/stream/${index}?notail`);
        expect(stored.body.equals(body(index))).toBe(true);
      }
      await eventually('its memory is given back', () => residentBytes(loom.pid) - before < 64 * MIB);
    },
  );
});

/** Resolves once a number has not changed for two seconds. */
async function untilStill(value: () => number): Promise<void> {
  const deadline = Date.now() + PATIENCE_MS;
  let [before, still] = [-1, 0];
  while (still < 10) {
    if (Date.now() > deadline) throw new Error('the producers did not stop writing');
    await delay(200);
    still = value() === before ? still + 1 : 0;
    before = value();
  }
}
