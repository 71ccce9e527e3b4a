import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { loomOf } from './loom.mjs';

const files = (durability) => ['files', { env: { LOOM_FILES_DURABILITY: durability } }];
const redis = (fsync) => ['redis', { fsync }];

/** The store, and how it is started. */
const PROMISES = {
  memory: ['memory'],
  os: files('os'),
  interval: files('interval'),
  always: files('always'),
  'redis-everysec': redis('everysec'),
  'redis-always': redis('always'),
};

/**
 * Loom with another promise than its default, by its own wire. In files: `loom-as:os`, `loom-as:interval` (the default),
 * `loom-as:always`. Over a Redis with a log of appends: `loom-as:redis-everysec`, `loom-as:redis-always`. `loom-as:memory`.
 */
export default (promise = 'always') => {
  if (PROMISES[promise] === undefined)
    throw new Error(`no promise is called ${promise}; there are ${Object.keys(PROMISES).join(', ')}`);
  return loomOf(join(BENCH, '..'), ...PROMISES[promise]);
};
