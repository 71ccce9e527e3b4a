const STAMP_BYTES = 20;

/** A message of `size` bytes that says when it was made. */
export function stamped(size) {
  return Buffer.from(performance.now().toFixed(6).padStart(STAMP_BYTES).padEnd(size, 'x'), 'latin1');
}

/** Milliseconds since the message was made. */
export function ageOf(message) {
  return performance.now() - Number(message.latin1Slice(0, STAMP_BYTES));
}

export function percentiles(latencies) {
  const sorted = latencies.toSorted((a, b) => a - b);
  const at = (share) => sorted[Math.floor(sorted.length * share)];
  return { p50: at(0.5), p99: at(0.99), max: sorted.at(-1) };
}
