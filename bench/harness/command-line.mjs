import { parseArgs } from 'node:util';
import { WORKLOADS } from '../workloads/index.mjs';

/** What `npm run bench` measures: Loom, what it is compared with in docs/performance.md, and all limits but the C relay. */
export const DEFAULT_TARGETS = [
  ...['loom:files', 'loom:redis', 'loom-durable:files', 'loom-durable:redis'],
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
  const workloads = values.workloads.split(',');
  const unknown = workloads.filter((name) => !(name in WORKLOADS));
  if (unknown.length > 0) {
    throw new Error(
      `no workload is called ${unknown.join(', ')}; there are ${Object.keys(WORKLOADS).join(', ')}`,
    );
  }
  return {
    ...values,
    targets: values.targets.split(','),
    // In the order of the table whatever was asked for: a replay needs what an ingest has stored.
    workloads: Object.keys(WORKLOADS).filter((name) => workloads.includes(name)),
    rounds: positive('rounds', values.rounds),
    scale: positive('scale', values.scale),
  };
}

function positive(name, text) {
  const number = Number(text);
  if (!(number > 0)) throw new Error(`--${name} takes a number above 0`);
  return number;
}
