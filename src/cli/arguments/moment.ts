import { UsageError } from './usage-error';

/** RFC 3339, 5.6. */
const DATE_TIME =
  /^(\d{4})-(\d\d)-(\d\d)[Tt]([01]\d|2[0-3]):[0-5]\d:(?:[0-5]\d|60)(?:\.\d{1,12})?(?:[Zz]|[+-](?:[01]\d|2[0-3]):[0-5]\d)$/;
const UNIX_SECONDS = /^\d{1,12}(?:\.\d{1,12})?$/;
const AGO =
  /^(?=\d)(?:\d{1,9}(?:\.\d{1,9})?d)?(?:\d{1,9}(?:\.\d{1,9})?h)?(?:\d{1,9}(?:\.\d{1,9})?m(?!s))?(?:\d{1,9}(?:\.\d{1,9})?s)?(?:\d{1,9}(?:\.\d{1,9})?ms)?$/;

/** Checks a time, such as that of `--since`. The server reads it. @throws UsageError */
export function checkedMoment(option: string, text: string): string {
  if (AGO.test(text) || UNIX_SECONDS.test(text) || isDateTime(text)) return text;
  throw new UsageError(
    `${option} must be a time such as 2026-11-29T05:43:13Z, Unix seconds, or how long ago, such as 10m or 2h30m: "${text}"`,
  );
}

function isDateTime(text: string): boolean {
  const [whole, year, month, day] = DATE_TIME.exec(text) ?? [];
  if (whole === undefined) return false;
  // A day that the month does not have is one of the next month to `Date`.
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  return date.getUTCMonth() === Number(month) - 1 && date.getUTCDate() === Number(day);
}
