const LOOM = { redis: 'loom:redis', files: 'loom:files' };
const DURABLE = { redis: 'loom-durable:redis', files: 'loom-durable:files' };
const VALUE = { name: 'figure', pick: 'value' };
const P50 = { name: 'p50', pick: 'p50' };
const P99 = { name: 'p99', pick: 'p99' };
const CPU = { name: 'CPU per delivery', pick: 'cpuPerUnit' };

const atLeast = (workload, store, factor, reference, loom = LOOM) => ({
  ...{ workload, store, target: loom[store], measure: VALUE, factor, reference, isMost: false },
});
const atMost = (workload, store, measure, factor, reference) => ({
  ...{ workload, store, target: LOOM[store], measure, factor, reference, isMost: true },
});

/** What a rendezvous is held to. */
const rendezvous = (store, name, target, factor, reference) => ({
  ...{ workload: 'W1', store, target, measure: { name, pick: 'value' }, factor, reference, isMost: false },
});

/** What Loom is held to: ratios of medians within one run. */
export const GOALS = [
  atLeast('W1', 'redis', 0.75, 'redis:ioredis'),
  atLeast('W1', 'redis', 2.5, 'nchan:redis'),
  atLeast('W1', 'files', 0.8, 'bare:file'),
  atLeast('W1', 'files', 1, 'nchan'),
  rendezvous('files', 'rendezvous on one node', 'loom-rendezvous:files', 0.8, 'piping'),
  rendezvous('redis', 'rendezvous across two nodes', 'loom-rendezvous:nodes', 0.3, 'redis:ioredis'),
  atLeast('W1x8', 'redis', 0.6, 'bare:raw'),
  atLeast('W1x8', 'redis', 2, 'nchan:redis'),
  atLeast('W1x8', 'files', 0.8, 'bare:file'),
  atLeast('W2', 'redis', 1, 'bare:raw'),
  atLeast('W2', 'files', 1, 'bare:raw'),
  atLeast('W2b', 'redis', 1, 'nchan:redis', DURABLE),
  atLeast('W2b', 'files', 1, 'ds:mem', DURABLE),
  atLeast('W2bx10', 'redis', 1, 'nchan:redis', DURABLE),
  atLeast('W3', 'redis', 1.3, 'redis:ioredis'),
  atLeast('W3', 'redis', 1, 'nchan:redis'),
  atLeast('W3', 'files', 1, 'bare:file'),
  atLeast('W3', 'files', 1, 'nchan'),
  atLeast('W3x8', 'redis', 1, 'nchan:redis'),
  atLeast('W3x8', 'files', 1, 'nchan'),
  atMost('W4', 'redis', P50, 0.6, 'nchan:redis'),
  atMost('W4', 'redis', P99, 1, 'nchan:redis'),
  atMost('W4', 'files', P50, 2.5, 'bare:raw'),
  atMost('W4', 'files', P99, 2, 'bare:raw'),
  atMost('W4x200', 'redis', P50, 0.7, 'nchan:redis'),
  atMost('W4x200', 'files', P50, 2.5, 'bare:raw'),
  ...['W5', 'W5x2000'].flatMap((workload) => [
    atMost(workload, 'redis', P50, 1.1, 'nchan:redis'),
    atMost(workload, 'redis', CPU, 1.1, 'nchan:redis'),
    atMost(workload, 'files', P50, 1.1, 'nchan'),
    atMost(workload, 'files', CPU, 1.1, 'nchan'),
  ]),
  atLeast('W5max', 'redis', 10, 'nchan'),
  atLeast('W5max', 'files', 10, 'nchan'),
  atMost('W6', 'redis', { name: 'memory a tail', pick: 'value' }, 1.2, 'bare:raw'),
  atMost('W6', 'files', { name: 'memory a tail', pick: 'value' }, 1.2, 'bare:raw'),
];

/** Connections to Redis may grow with the streams that are followed, never with the tails. */
export const CONNECTIONS = { base: 16, followedPerConnection: 16 };
