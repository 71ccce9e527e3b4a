import { assertInstalled } from '../harness/missing.mjs';
import { loadTarget, open } from '../harness/run-target.mjs';
import { isGood } from '../workloads/ingest.mjs';
import { sizesAt } from '../workloads/sizes.mjs';

/** Measures in a process of its own: in one that has worked before, freed memory would hide what is taken. */
export async function inFreshProcess(name, measure) {
  const target = await loadTarget(name);
  assertInstalled(target.needs);
  const { stage, session } = await open(target, sizesAt(1));
  try {
    return await measure(session);
  } finally {
    await stage.clear();
  }
}

/** @throws when the load generator saw something wrong or did not get everything: such a figure must not be drawn */
export function assertGood(lg) {
  if (!isGood(lg)) throw new Error(`the load generator was not content: ${JSON.stringify(lg)}`);
}
