/** How the time column shows times. `relative`: since the stream was made. */
export const TIME_MODES = ['off', 'relative', 'local', 'utc'] as const;
export type TimeMode = (typeof TIME_MODES)[number];

/** How many characters the column has. */
export const TIME_WIDTHS: Readonly<Record<TimeMode, number>> = { off: 0, relative: 11, local: 12, utc: 13 };

/**
 * The time of a line.
 * @param unixMs undefined: not known, which is an empty cell
 * @param startMs when the stream was made
 */
export function formatTime(unixMs: number | undefined, mode: TimeMode, startMs: number): string {
  if (unixMs === undefined || mode === 'off') return '';
  if (mode === 'relative') return formatElapsed(Math.max(0, unixMs - startMs));
  const date = new Date(unixMs);
  if (mode === 'utc') return `${date.toISOString().slice(11, 23)}Z`;
  const parts = [date.getHours(), date.getMinutes(), date.getSeconds()].map(twoDigits);
  return `${parts.join(':')}.${String(date.getMilliseconds()).padStart(3, '0')}`;
}

/** `+0.123`, `+1:02.345`, `+26:01:02`. */
function formatElapsed(ms: number): string {
  const seconds = Math.floor(ms / 1000);
  const fraction = String(ms % 1000).padStart(3, '0');
  if (seconds < 60) return `+${seconds}.${fraction}`;
  const minutes = Math.floor(seconds / 60);
  if (minutes < 60) return `+${minutes}:${twoDigits(seconds % 60)}.${fraction}`;
  return `+${Math.floor(minutes / 60)}:${twoDigits(minutes % 60)}:${twoDigits(seconds % 60)}`;
}

function twoDigits(value: number): string {
  return String(value).padStart(2, '0');
}
