import { loomOf } from './loom.mjs';

const repository = process.env.BENCH_LOOM;
const VARIABLE = {
  name: 'BENCH_LOOM',
  isThere: () => repository !== undefined,
  remedy: 'set it to the folder of another checkout, built',
};

/** Another checkout of Loom, such as the one before a change, in the same run. `loom-other:files`, `loom-other:redis`. */
export default (store = 'files') => {
  const loom = loomOf(repository, store);
  return { ...loom, needs: [VARIABLE, ...loom.needs] };
};
