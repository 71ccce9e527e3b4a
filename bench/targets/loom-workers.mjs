import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { loomOf } from './loom.mjs';

/** Two workers of Loom on one port, by its own wire. `loom-workers:redis`: the file store belongs to one process. */
export default (store = 'redis') => loomOf(join(BENCH, '..'), store, { args: ['--workers', 2] });
