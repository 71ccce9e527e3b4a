import { randomInt } from 'node:crypto';
import { generateGeneration } from '../../../core/log/log-id';

const STEP_MAX = 2 ** 20;
const TAIL_END = 2 ** 48;

/** Creates generations that sort after all earlier ones, also after the clock was set back: their order is the order of creation. */
export class Generations {
  constructor(private last: string) {}

  /** @param now Unix milliseconds */
  next(now: number): string {
    const fresh = generateGeneration(now);
    this.last = fresh > this.last ? fresh : successorOf(this.last);
    return this.last;
  }
}

/** Adds little, so that many more fit in the same millisecond. */
function successorOf(generation: string): string {
  const tail = Number.parseInt(generation.slice(24), 16) + 1 + randomInt(STEP_MAX);
  if (tail >= TAIL_END) return generateGeneration(millisecondOf(generation) + 1);
  return generation.slice(0, 24) + tail.toString(16).padStart(12, '0');
}

function millisecondOf(generation: string): number {
  return Number.parseInt(generation.slice(0, 8) + generation.slice(9, 13), 16);
}
