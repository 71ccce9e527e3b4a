export const MIB = 1024 ** 2;
export const GIB = 1024 ** 3;
/** What the producers of the load generator write at once, and its lines; see load/lg.c. */
export const WRITE_BYTES = 64 * 1024;
export const LINE_BYTES = 100;

const BULK_MIB = 256;
const LINES = 200_000;
const REQUESTS = 16_000;
const LIVE_MS = 3000;
const PATIENCE_S = 16;
const PATIENCE_MIN_S = 3;

/** How much each workload sends. @param scale below 1 for a smoke: the figures are then not comparable */
export function sizesAt(scale) {
  const scaled = (count) => Math.max(1, Math.round(count * scale));
  return {
    scale,
    /** Bytes of a bulk stream: whole MiB, so that eight producers share them in whole writes. */
    bulk: scaled(BULK_MIB) * MIB,
    lines: scaled(LINES),
    requests: scaled(REQUESTS),
    /** How long to wait for what was confirmed and cannot be read yet. */
    patienceSeconds: Math.max(PATIENCE_MIN_S, Math.round(PATIENCE_S * Math.min(1, scale))),
    liveMs: Math.round(LIVE_MS * Math.min(1, scale * 2)),
    scaled,
  };
}
