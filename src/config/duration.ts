import { orWord } from './derived-checks';
import { type Check, InvalidValue } from './option';

type Milliseconds = number;

const UNITS: Readonly<Record<string, Milliseconds>> = {
  ms: 1,
  s: 1_000,
  m: 60_000,
  h: 3_600_000,
  d: 86_400_000,
};

/** The longest timer. Node's timers hold 31 bits of milliseconds; a longer one fires at once. */
const TIMER_MAX = '24d';

/** The longest age, for durations that no timer holds. */
export const AGE_MAX = '36500d';

/** Accepts a duration with its unit, from `min` to `max`. */
export function duration(min: string, max: string = TIMER_MAX): Check<Milliseconds> {
  return {
    parse(raw) {
      const ms = milliseconds(raw);
      if (ms !== undefined && ms >= (milliseconds(min) ?? 0) && ms <= (milliseconds(max) ?? 0)) return ms;
      throw new InvalidValue(
        `must be a duration from ${min} to ${max} with its unit (ms, s, m, h or d), such as 30s or 2.5s`,
      );
    },
    fromText: (text) => text,
  };
}

/** Accepts what `duration` accepts, or `off`, which is `undefined`. */
export function durationOrOff(min: string, max: string): Check<Milliseconds | undefined> {
  return orWord(duration(min, max), 'off', undefined);
}

/** Accepts what `duration` accepts, or 0, which is `undefined` and means forever. */
export function durationOrNever(min: string): Check<Milliseconds | undefined> {
  const isZero = (raw: unknown): boolean =>
    raw === 0 || (typeof raw === 'string' && /^0+(?:\.0+)?(?:ms|s|m|h|d)?$/.test(raw));
  return orWord(duration(min), '0', undefined, isZero);
}

function milliseconds(raw: unknown): Milliseconds | undefined {
  const [, count, unit] =
    (typeof raw === 'string' && /^(\d{1,12}(?:\.\d{1,9})?)(ms|s|m|h|d)$/.exec(raw)) || [];
  const factor = unit === undefined ? undefined : UNITS[unit];
  return factor === undefined ? undefined : Math.round(Number(count) * factor);
}
