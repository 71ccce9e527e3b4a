const LINES = 1_000_000;
const LONG_TO_SHORT = 12.7;
const REQUESTS = 300;
const REQUESTS_MIN = 50;
/** By then V8 has compiled what each of them runs. */
const WARM_UP = 150;
const SECONDS = 4;

/** How much each workload asks for. @param scale below 1 for a smoke. @param largeMiB the size of the large log of L2 */
export function linesAt(scale, largeMiB) {
  const scaled = (count) => Math.max(1, Math.round(count * scale));
  return {
    ...{ scale, scaled },
    long: scaled(LINES),
    short: scaled(LINES * LONG_TO_SHORT),
    requests: Math.max(REQUESTS_MIN, scaled(REQUESTS)),
    warmUp: WARM_UP,
    seconds: Math.max(1, scaled(SECONDS)),
    largeMiB: Math.max(2, scaled(largeMiB)),
  };
}
