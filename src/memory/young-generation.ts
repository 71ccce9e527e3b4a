import { setFlagsFromString } from 'node:v8';

/** V8's own factor. */
const GROWTH_FACTOR = 2;

/**
 * Lets the young generation grow again. `bin/loom` keeps it small while the server is loaded: almost all that is allocated then stays, so
 * V8 would double it several times and touch 16 MiB, of which an idle server uses one.
 */
export function letYoungGenerationGrow(): void {
  setFlagsFromString(`--semi-space-growth-factor=${GROWTH_FACTOR}`);
}
