import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { WORKLOADS } from '../workloads/index.mjs';
import { BENCH } from './home.mjs';

/** What `npm run bench` measures: Loom, what it is compared with in docs/performance.md, and all limits but the C relay. */
export const DEFAULT_TARGETS = [
  ...['loom:files', 'loom:redis', 'loom-durable:files', 'loom-durable:redis'],
  ...['loom-as:os', 'loom-as:always', 'loom-as:redis-everysec', 'loom-as:redis-always'],
  ...['loom-durable-as:os', 'loom-durable-as:always', 'loom-durable-as:memory'],
  ...['loom-durable-as:redis-everysec', 'loom-durable-as:redis-always'],
  ...['loom-node24:files', 'loom-node24:redis', 'loom-durable-node24:files', 'loom-durable-node24:redis'],
  ...['loom-rendezvous:files', 'loom-rendezvous:nodes', 'loom-httpipe', 'loom-tls:files'],
  ...['bare:discard', 'bare:res', 'bare:raw', 'bare:file', 'bare-node24:raw', 'bare-tls:raw'],
  ...['nginx-static', 'file', 'redis:ioredis', 'redis:aof', 'nchan', 'nchan:redis', 'nats', 'webdis'],
  ...['ds:mem', 'ds:file', 'ds-rust:wal', 'ds-rust:memory', 'ds-caddy:file', 'ds-caddy:mem'],
  ...['s2-lite:local', 's2-lite:memory', 'busl', 'piping', 'piping-rust', 'httpipe'],
];

/** @throws for an unknown option or workload, with what there is */
export function parseCommandLine(argv) {
  const { values } = parseArgs({
    args: argv,
    options: {
      targets: { type: 'string', default: DEFAULT_TARGETS.join(',') },
      workloads: { type: 'string', default: Object.keys(WORKLOADS).join(',') },
      rounds: { type: 'string', default: '3' },
      scale: { type: 'string', default: '1' },
      reference: { type: 'string', default: 'bare:raw' },
      json: { type: 'string' },
      resume: { type: 'boolean', default: false },
      strict: { type: 'boolean', default: false },
    },
  });
  const targets = values.targets.split(',');
  const workloads = values.workloads.split(',');
  assertKnown(
    'target',
    targets.map((name) => name.split(':')[0]),
    targetNames(),
  );
  assertKnown('workload', workloads, Object.keys(WORKLOADS));
  return {
    ...values,
    targets,
    // In the order of the table whatever was asked for: a replay needs what an ingest has stored.
    workloads: Object.keys(WORKLOADS).filter((name) => workloads.includes(name)),
    rounds: positive('rounds', values.rounds),
    scale: positive('scale', values.scale),
  };
}

function targetNames() {
  const files = readdirSync(join(BENCH, 'targets')).filter((file) => extname(file) === '.mjs');
  return files.map((file) => basename(file, '.mjs'));
}

function assertKnown(what, names, known) {
  const unknown = names.filter((name) => !known.includes(name));
  if (unknown.length === 0) return;
  throw new Error(`no ${what} is called ${unknown.join(', ')}; there are ${known.join(', ')}`);
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0`);
  return number;
}
