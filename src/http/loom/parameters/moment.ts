import { parameterInvalid, singleParameter } from '../../front/query';

/** RFC 3339, 5.6. In a query a `+` that is not escaped is a space. */
const DATE_TIME = /^(\d{4})-(\d\d)-(\d\d)[Tt](\d\d):(\d\d):(\d\d)(\.\d{1,12})?(?:[Zz]|([+ -])(\d\d):(\d\d))$/;
const UNIX_SECONDS = /^\d{1,12}(?:\.\d{1,12})?$/;
const DURATION =
  /^(?=\d)(?:(\d{1,9}(?:\.\d{1,9})?)d)?(?:(\d{1,9}(?:\.\d{1,9})?)h)?(?:(\d{1,9}(?:\.\d{1,9})?)m(?!s))?(?:(\d{1,9}(?:\.\d{1,9})?)s)?(?:(\d{1,9}(?:\.\d{1,9})?)ms)?$/;

/** Milliseconds of the units of a duration, in their order. */
const UNITS_MS = [86_400_000, 3_600_000, 60_000, 1_000, 1];

const ALLOWED =
  'must be a time such as 2026-11-29T05:43:13Z, Unix seconds, or how long ago, such as 10m, 2h30m or 1d';

/**
 * Reads a parameter that is a time.
 * @param now Unix milliseconds; a duration counts back from it
 * @returns Unix milliseconds, fractions included
 * @throws RequestError `PARAMETER_INVALID`
 */
export function momentParameter(query: URLSearchParams, name: string, now: number): number | undefined {
  const raw = singleParameter(query, name);
  if (raw === undefined) return undefined;
  const at = UNIX_SECONDS.test(raw) ? milliseconds(Number(raw)) : (dateTime(raw) ?? ago(raw, now));
  if (at === undefined) throw parameterInvalid(name, raw, ALLOWED);
  return at;
}

function ago(raw: string, now: number): number | undefined {
  const [whole, ...counts] = DURATION.exec(raw) ?? [];
  if (whole === undefined) return undefined;
  return now - UNITS_MS.reduce((sum, ms, unit) => sum + ms * Number(counts[unit] ?? 0), 0);
}

function dateTime(raw: string): number | undefined {
  const [whole, ...parts] = DATE_TIME.exec(raw) ?? [];
  if (whole === undefined) return undefined;
  const [year = 0, month = 0, day = 0, hour = 0, minute = 0, second = 0] = parts.slice(0, 6).map(Number);
  const midnight = new Date(0).setUTCFullYear(year, month - 1, day);
  // A day that the month does not have is one of the next month to `Date`.
  const isDate = month >= 1 && month <= 12 && day >= 1 && new Date(midnight).getUTCDate() === day;
  // 60 is a leap second.
  if (!isDate || hour > 23 || minute > 59 || second > 60) return undefined;
  const [fraction = '0', sign = '+', hours = '0', minutes = '0'] = parts.slice(6);
  if (Number(hours) > 23 || Number(minutes) > 59) return undefined;
  const east = (Number(hours) * 60 + Number(minutes)) * (sign === '-' ? -1 : 1);
  return midnight + (hour * 60 + minute - east) * 60_000 + milliseconds(second + Number(fraction));
}

/** To a microsecond: 13.123 s would be 13122.999999999998 ms, which is before what was committed at 13123. */
function milliseconds(seconds: number): number {
  return Math.round(seconds * 1_000_000) / 1_000;
}
