const SECOND = 1000;
const MINUTE = 60 * SECOND;
const HOUR = 60 * MINUTE;
const DAY = 24 * HOUR;

/** How long ago something was, in one unit: `now`, `12 s`, `5 m`, `3 h`, `12 d`, `2 y`. */
export function formatAge(ms: number): string {
  if (ms < 2 * SECOND) return 'now';
  if (ms < MINUTE) return `${Math.floor(ms / SECOND)} s`;
  if (ms < HOUR) return `${Math.floor(ms / MINUTE)} m`;
  if (ms < DAY) return `${Math.floor(ms / HOUR)} h`;
  return ms < 365 * DAY ? `${Math.floor(ms / DAY)} d` : `${Math.floor(ms / (365 * DAY))} y`;
}
