/** By figure of bench/web/figures.mjs: why Loom is not first. */
const REASONS = {};

/** @throws if none is known: a table must not leave it open */
export function webReasons(figure) {
  const reason = REASONS[figure];
  if (reason === undefined)
    throw new Error(`Loom is not first at ${figure}, and web-reasons.mjs does not say why`);
  return reason;
}
