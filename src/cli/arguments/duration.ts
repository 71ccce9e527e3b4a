import { UsageError } from './usage-error';

const NUMBER = String.raw`(\d{1,12}(?:\.\d{1,9})?)`;
const DURATION = new RegExp(
  `^(?=\\d)(?:${NUMBER}d)?(?:${NUMBER}h)?(?:${NUMBER}m(?!s))?(?:${NUMBER}s)?(?:${NUMBER}ms)?$`,
);
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1_000, 1];

/** Parses a duration such as `500ms`, `2.5s`, `5m`, `1h30m` or `1d`. @param option its name in the error @returns milliseconds @throws UsageError */
export function parseDuration(text: string, option: string): number {
  const [whole, ...counts] = DURATION.exec(text) ?? [];
  if (whole === undefined)
    throw new UsageError(`${option} must be a duration such as 30s, 2.5s, 5m or 1h30m: "${text}"`);
  return UNITS_MS.reduce((sum, ms, unit) => sum + ms * Number(counts[unit] ?? 0), 0);
}
