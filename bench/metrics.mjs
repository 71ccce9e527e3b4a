// What counting costs a small append (one request of W2b): the meters of Loom beside prom-client, in the same process. Each way counts
// what such a request counts: its answer, its bytes and the operation of the store. The clock is read by all alike.
import { existsSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { PEERS } from './harness/home.mjs';

const LOOM = process.env.BENCH_LOOM ?? fileURLToPath(new URL('..', import.meta.url));
const REQUESTS = 500_000;
const ROUNDS = 7;
const BYTES = 64;

const require = createRequire(import.meta.url);
const ways = { clock: () => {}, loom: loomMeters(), ...promClient() };
const least = Object.fromEntries(Object.keys(ways).map((name) => [name, Number.POSITIVE_INFINITY]));
for (let round = 0; round < ROUNDS; round += 1)
  for (const [name, count] of Object.entries(ways)) least[name] = Math.min(least[name], nanosecondsOf(count));

console.log('| | ns per request |\n|---|---|');
for (const [name, ns] of Object.entries(least)) console.log(`| ${name} | ${Math.round(ns)} |`);

/** Processor time, so that others on the machine do not count. */
function nanosecondsOf(count) {
  const before = process.cpuUsage();
  for (let i = 0; i < REQUESTS; i += 1) {
    const [began, committing, answered] = [performance.now(), performance.now(), performance.now()];
    count((performance.now() - began) / 1_000, (answered - committing) / 1_000);
  }
  const { user, system } = process.cpuUsage(before);
  return ((user + system) * 1_000) / REQUESTS;
}

function loomMeters() {
  const { Meters } = require(join(LOOM, 'dist/metrics/meters.js'));
  const meters = new Meters();
  const wire = meters.wire('durable');
  const { commit } = meters.store.operations;
  return (answered, committed) => {
    const answers = wire.answers.of('/v1/stream/:id', 'POST');
    answers.count(204);
    answers.time(answered);
    wire.acknowledged(BYTES, committed * 1_000);
    commit.seconds.observe(committed);
  };
}

function promClient() {
  const folder = join(PEERS, 'node_modules/prom-client');
  if (!existsSync(folder)) {
    console.error('prom-client is not there: npm run bench:peers installs it');
    return {};
  }
  const { Counter, Histogram } = require(folder);
  const of = (Kind, name, labelNames, buckets) =>
    new Kind({ name, help: name, labelNames, ...(buckets && { buckets }) });
  const { bounds } = new (require(join(LOOM, 'dist/metrics/meters.js')).Meters)().acknowledgements;
  const requests = of(Counter, 'requests_total', ['wire', 'method', 'route', 'code']);
  const seconds = of(Histogram, 'request_seconds', ['wire', 'method', 'route'], bounds);
  const appends = of(Counter, 'appends_total', ['wire']);
  const bytes = of(Counter, 'bytes_total', ['wire']);
  const acknowledged = of(Histogram, 'ack_seconds', [], bounds);
  const operations = of(Histogram, 'operation_seconds', ['op'], bounds);
  const route = { wire: 'durable', method: 'POST', route: '/v1/stream/:id' };
  const kept = {
    requests: requests.labels({ ...route, code: '204' }),
    seconds: seconds.labels(route),
    appends: appends.labels({ wire: 'durable' }),
    bytes: bytes.labels({ wire: 'durable' }),
    operations: operations.labels({ op: 'commit' }),
  };
  return {
    'prom-client': (answered, committed) => {
      requests.inc({ ...route, code: '204' });
      seconds.observe(route, answered);
      appends.inc({ wire: 'durable' });
      bytes.inc({ wire: 'durable' }, BYTES);
      acknowledged.observe(committed);
      operations.observe({ op: 'commit' }, committed);
    },
    'prom-client, each child kept': (answered, committed) => {
      kept.requests.inc();
      kept.seconds.observe(answered);
      kept.appends.inc();
      kept.bytes.inc(BYTES);
      acknowledged.observe(committed);
      kept.operations.observe(committed);
    },
  };
}
