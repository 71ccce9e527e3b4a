import { indexCost } from './index-cost.mjs';
import { marksOnDisk } from './marks-cost.mjs';
import { matchesCost } from './matches-cost.mjs';
import { partsCost } from './parts-cost.mjs';

/** Each takes a `Subject` and yields figures: see figures.mjs. */
export const WORKLOADS = { L1: indexCost, L2: partsCost, L3: matchesCost, L4: marksOnDisk };
