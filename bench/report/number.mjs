/** Three digits, which is more than the figures are good for; `-` for what was not measured. */
export function short(number) {
  if (!Number.isFinite(number)) return '-';
  if (number === 0) return '0';
  const digits = Math.max(0, Math.min(3, 2 - Math.floor(Math.log10(Math.abs(number)))));
  return number.toFixed(digits);
}

export function percent(share) {
  return Number.isFinite(share) ? `${Math.round(share * 100)} %` : '-';
}
