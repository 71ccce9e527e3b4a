const LOOM = { redis: 'loom:redis', files: 'loom:files' };
const DURABLE = { redis: 'loom-durable:redis', files: 'loom-durable:files' };
const SYNCED = 'loom-durable-as:always';
const VALUE = { name: 'figure', pick: 'value' };
const P50 = { name: 'p50', pick: 'p50' };
const P99 = { name: 'p99', pick: 'p99' };
const CPU = { name: 'CPU per delivery', pick: 'cpuPerUnit' };
const TAIL = { name: 'memory per tail', pick: 'value' };
const MEMORY = { name: 'memory', pick: 'value', unit: 'MiB' };
const START = { name: 'start', pick: 'startSeconds', unit: 's' };
const STORES = ['files', 'redis'];

/** `reference` is another target of the same run; without one the bound is a figure. */
const atLeast = (workload, target, factor, reference) => ({
  ...{ workload, target, measure: VALUE, factor, reference, isMost: false },
});
const atMost = (workload, target, measure, factor, reference) => ({
  ...{ workload, target, measure, factor, reference, isMost: true },
});

/** By its own wire. */
const OWN = [
  atMost('W0', LOOM.files, MEMORY, 60),
  atMost('W0', LOOM.files, START, 0.5),
  atLeast('W1', LOOM.redis, 0.9, 'redis:ioredis'),
  atLeast('W1', LOOM.redis, 2.5, 'nchan:redis'),
  atLeast('W1', LOOM.files, 1.1, 'bare:file'),
  atLeast('W1', LOOM.files, 1, 'nchan'),
  atLeast('W1x8', LOOM.redis, 0.6, 'bare:raw'),
  atLeast('W1x8', LOOM.redis, 2, 'nchan:redis'),
  atLeast('W1x8', LOOM.files, 1.4, 'bare:file'),
  atLeast('W2', LOOM.redis, 1, 'bare:raw'),
  atLeast('W2', LOOM.files, 1, 'bare:raw'),
  atLeast('W3', LOOM.redis, 1.8, 'redis:ioredis'),
  atLeast('W3', LOOM.redis, 1, 'nchan:redis'),
  atLeast('W3', LOOM.files, 0.9, 'ds-rust:wal'),
  atLeast('W3', LOOM.files, 1, 'bare:file'),
  atLeast('W3', LOOM.files, 1, 'nchan'),
  atLeast('W3x8', LOOM.redis, 1, 'nchan:redis'),
  atLeast('W3x8', LOOM.files, 1, 'nchan'),
  atMost('W4', LOOM.redis, P50, 0.7, 'nchan:redis'),
  atMost('W4', LOOM.redis, P99, 1, 'nchan:redis'),
  atMost('W4', LOOM.files, P50, 1.2, 'bare:raw'),
  atMost('W4', LOOM.files, P99, 1, 'bare:raw'),
  atMost('W4x200', LOOM.redis, P50, 0.55, 'nchan:redis'),
  atMost('W4x200', LOOM.files, P50, 1.5, 'bare:raw'),
  ...STORES.flatMap((store) => [
    atMost('W5', LOOM[store], P50, 1.05, 'bare:raw'),
    atMost('W5', LOOM[store], CPU, 1.05, 'bare:raw'),
  ]),
  atMost('W5x2000', LOOM.redis, CPU, 1.15, 'bare:raw'),
  atMost('W5x2000', LOOM.files, CPU, 1.05, 'bare:raw'),
  ...['W5', 'W5x2000'].flatMap((workload) => [
    atMost(workload, LOOM.redis, P50, 1.1, 'nchan:redis'),
    atMost(workload, LOOM.redis, CPU, 1.1, 'nchan:redis'),
    atMost(workload, LOOM.files, P50, 1.1, 'nchan'),
    atMost(workload, LOOM.files, CPU, 1.1, 'nchan'),
  ]),
  atLeast('W5max', LOOM.redis, 10, 'nchan'),
  atLeast('W5max', LOOM.files, 10, 'nchan'),
  atMost('W6', LOOM.redis, TAIL, 1, 'bare:raw'),
  atMost('W6', LOOM.files, TAIL, 1, 'bare:raw'),
];

/** By the wire of Durable Streams, of which its own wire is the limit where events are live. */
const BY_DURABLE_STREAMS = [
  ...['W2b', 'W2bx10'].flatMap((workload) => [
    atLeast(workload, DURABLE.files, 1, 'ds:mem'),
    atLeast(workload, SYNCED, 0.5, 'ds-rust:wal'),
    atLeast(workload, SYNCED, 5, 'ds-caddy:file'),
  ]),
  atLeast('W2b', DURABLE.redis, 0.9, 'nchan:redis'),
  atLeast('W2bx10', DURABLE.redis, 1.2, 'nchan:redis'),
  ...STORES.flatMap((store) => [
    atMost('W4', DURABLE[store], P50, 1.5, LOOM[store]),
    atMost('W4x200', DURABLE[store], P50, 2, LOOM[store]),
    atMost('W5', DURABLE[store], P50, 1.2, LOOM[store]),
    atMost('W5', DURABLE[store], CPU, 1.05, LOOM[store]),
    atMost('W5x2000', DURABLE[store], P50, 1.5, LOOM[store]),
  ]),
];

const OF_RELAYS = [
  atLeast('W1', 'loom-rendezvous:files', 0.8, 'piping'),
  atLeast('W1', 'loom-rendezvous:nodes', 0.3, 'redis:ioredis'),
];

/** What Loom is held to: ratios of medians within one run. */
export const GOALS = [...OWN, ...BY_DURABLE_STREAMS, ...OF_RELAYS];

/** Connections to Redis may grow with the streams that are followed, never with the tails. */
export const CONNECTIONS = { base: 16, followedPerConnection: 16 };
