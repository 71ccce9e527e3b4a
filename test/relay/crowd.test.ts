import { randomUUID } from 'node:crypto';
import { Redis } from 'ioredis';
import { PendingBytes } from '../../src/core/ingest/pending-bytes';
import { RedisHttpipe } from '../../src/relay/httpipe/redis-httpipe';
import {
  type Match,
  nodeOf,
  type QueueListener,
  type Queues,
  type Role,
  type TransferResult,
} from '../../src/relay/match/queues';
import type { RelayContext } from '../../src/relay/nodes/relay-context';
import { openRelayContext } from '../../src/relay/open-relay-context';
import { eventually } from '../faults/eventually';
import { Random } from '../faults/random';
import { configFrom } from '../support/config';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { Call } from './call';
import { deploy } from './deployments';

const { redis: REDIS, relay: RELAY } = configFrom({});
const PENDING = new PendingBytes(Number.POSITIVE_INFINITY);
const OPTIONS = { redis: REDIS, relay: RELAY, pending: PENDING, warn: () => {} };
/** A few hundred times what it takes. */
const DONE: TransferResult = { end: 'complete', begun: true, bytesRead: 1, flushed: 1 };

describe('1,000 arrivals and departures on three nodes', () => {
  let redis: RedisServer;
  beforeAll(async () => {
    redis = await startRedisServer();
  });
  afterAll(() => redis.stop());

  it('every possible match is made once, in order', async () => {
    const matches: Match[] = [];
    let running = 0;
    let most = 0;
    const relays: RelayContext[] = [];
    const nodes: Queues[] = [];
    const queue = 'a/b';
    for (let index = 0; index < 3; index += 1) {
      const relay = await openRelayContext({ redis: redis.url }, OPTIONS);
      const listener: QueueListener = (_, to, event) => {
        // The sender's node runs the transfer.
        if (event.kind !== 'pair' || to !== event.match.sender) return;
        matches.push(event.match);
        running += 1;
        most = Math.max(most, running);
        setTimeout(
          () => {
            running -= 1;
            void own?.finish(queue, event.match, DONE, []);
          },
          random.between(0, 2),
        );
      };
      const own = relay.redis && new RedisHttpipe(relay.redis, listener);
      relays.push(relay);
      if (own !== undefined) nodes.push(own);
    }
    const random = new Random(4_711);
    const joined: Record<Role, string[]> = { sender: [], receiver: [] };
    const gone = new Set<string>();
    for (let count = 0; count < 1_000; count += 1) {
      const at = random.between(0, 2);
      const node = relays[at]?.node;
      const role = random.between(0, 1) === 0 ? 'sender' : 'receiver';
      const id = `${node}|${count}`;
      await nodes[at]?.join(queue, id, role);
      joined[role].push(id);
      if (random.between(0, 4) === 0 && (await nodes[at]?.leave(queue, id, role, 'left'))) gone.add(id);
    }
    const [senders, receivers] = [joined.sender, joined.receiver].map((all) =>
      all.filter((id) => !gone.has(id)),
    );
    const expected = (senders ?? [])
      .slice(0, receivers?.length)
      .map((sender, index) => [sender, receivers?.[index]])
      .filter(([, receiver]) => receiver !== undefined);
    await eventually('all are matched', () => matches.length >= expected.length);
    expect(matches.map(({ sender, receiver }) => [sender, receiver])).toEqual(expected);
    expect(expected.length).toBeGreaterThan(300);
    expect(most).toBe(1);
    expect(new Set(matches.map(({ sender }) => nodeOf(sender))).size).toBe(3);
    await Promise.all(relays.map((relay) => relay.close()));
  });
});

describe('a crowd of requests on three nodes', () => {
  let redis: Redis;
  // Before its server stops.
  afterAll(() => redis.disconnect());
  const site = deploy('httpipe', { name: '', store: 'redis', nodes: 3, alone: false }, 'stopTimeout: 10m');
  beforeAll(() => {
    redis = new Redis(site.redis()?.port ?? 0, '127.0.0.1');
  });

  /** The channels of a namespace in Redis: how many requests wait, and whether each channel has requests on one side only. */
  async function waitingAt(namespace: string) {
    const keys = await redis.keys(`loom:{relay}:hp:${namespace}/*`);
    const queues = keys.filter((key) => /:[sr]$/.test(key));
    const lengths = await Promise.all(queues.map((key) => redis.llen(key)));
    const channels = new Set(keys.map((key) => key.slice(0, -2)));
    return {
      entries: lengths.reduce((sum, length) => sum + length, 0),
      isOneSided: channels.size === keys.length && queues.length === keys.length,
    };
  }

  it('each message goes to one consumer while other requests leave', async () => {
    const random = new Random(42);
    const channel = (): string => `/channels/${namespace}/${random.between(0, 4)}`;
    const namespace = randomUUID();
    const sent = new Map<string, Call>();
    const consumers: Call[] = [];
    const leaving: Promise<void>[] = [];
    let consumersGone = 0;
    for (let count = 0; count < 400; count += 1) {
      const path = channel();
      const isProducer = count % 2 === 0;
      const call = isProducer ? site.call(path, { method: 'POST', body: `m${count}` }) : site.call(path);
      if (isProducer) sent.set(`m${count}`, call);
      else consumers.push(call);
      if (random.between(0, 5) === 0) {
        if (!isProducer) consumersGone += 1;
        leaving.push(
          new Promise<void>((resolve) => setTimeout(resolve, random.between(0, 59))).then(() => call.leave()),
        );
      }
      if (count % 20 === 0) await new Promise((resolve) => setTimeout(resolve, 5));
    }
    await Promise.all(leaving);
    const calls = [...sent.values(), ...consumers];
    await eventually('all remaining requests wait, on one side of each channel', async () => {
      const { entries, isOneSided } = await waitingAt(namespace);
      return isOneSided && entries === calls.filter((call) => !call.isOver).length;
    });
    await eventually('all requests are ended', async () => {
      await new Call(site.url(`/channels/${namespace}`), { method: 'DELETE' }).answer();
      return calls.every((call) => call.isOver);
    });
    const received: string[] = [];
    for (const call of consumers) {
      const answer = await call.answer().catch(() => undefined);
      if (answer?.status === 200) received.push(answer.text);
    }
    const delivered: string[] = [];
    for (const [message, call] of sent) {
      const answer = await call.answer().catch(() => undefined);
      if (answer?.status === 200) delivered.push(message);
    }
    expect(new Set(received).size).toBe(received.length);
    expect(received.filter((message) => !sent.has(message))).toEqual([]);
    expect(delivered.length).toBeGreaterThan(50);
    // A consumer may leave when it has just been sent the last byte.
    expect(delivered.filter((message) => !received.includes(message)).length).toBeLessThanOrEqual(
      consumersGone,
    );
    // Nothing is left: a stop would wait for it for longer than this test may take.
    expect(await Promise.all(site.nodes().map((node) => node.stop()))).toEqual([0, 0, 0]);
  });
});
