import { readdirSync } from 'node:fs';
import { basename, extname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { WORKLOADS } from '../workloads/index.mjs';
import { BENCH } from './home.mjs';

/** What `npm run bench` measures: Loom, what it is compared with in docs/performance.md, and all limits but the C relay. */
export const DEFAULT_TARGETS = [
  ...['loom:files', 'loom:redis', 'loom-durable:files', 'loom-durable:redis'],
  ...['loom-rendezvous:files', 'loom-rendezvous:nodes'],
  ...['bare:discard', 'bare:res', 'bare:raw', 'bare:file', 'file', 'redis:ioredis'],
  ...['nchan', 'nchan:redis', 'piping', 'ds:mem', 'ds:file', 'webdis', 'nats'],
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
