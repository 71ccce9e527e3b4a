import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { NODE_24, NODE_24_PROGRAM } from '../harness/node-24.mjs';
import { loomOf } from './loom.mjs';

/** Loom run by Node 24, beside the Node of the benchmark. `loom-node24:files`, `loom-node24:redis`. */
export default (store = 'files') => {
  const loom = loomOf(join(BENCH, '..'), store, { node: NODE_24 });
  return { ...loom, needs: [NODE_24_PROGRAM, ...loom.needs] };
};
