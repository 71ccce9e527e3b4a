import { measureLog } from './log.mjs';
import { measureProducers } from './producers.mjs';
import { measureTails } from './tails.mjs';

/** What grows, through which numbers, and how one of them is measured. Logs are counted in MiB. */
export const SUBJECTS = {
  tails: { counts: [1, 10, 100, 500, 1000, 2000, 5000, 10_000], measure: measureTails },
  producers: { counts: [1, 10, 100, 500, 1000, 2000], measure: measureProducers },
  logs: { counts: [1, 16, 64, 256, 1024, 4096], measure: measureLog },
};
