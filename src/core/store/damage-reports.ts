import { isLogError, messageOf } from '../log/errors';
import type { LogRef } from '../log/log';
import { DamageError } from './damage';
import type { Alarm } from './warnings';

/** How many damaged logs are named. A store with more of them has lost a disk or a shard, which one line reports. */
const NAMED_MAX = 1_000;

/** Calls `alarm` once per damaged log, not once per reader. */
export class DamageReports {
  readonly #named = new Set<string>();

  constructor(private readonly alarm: Alarm = () => {}) {}

  /** Reports an error of a log if it is `STORE_DAMAGED`. @returns the error, for the caller to throw */
  report(log: { readonly [key in keyof LogRef]?: LogRef[key] | undefined }, error: unknown): unknown {
    if (!isLogError(error, 'STORE_DAMAGED')) return error;
    const lost = error instanceof DamageError ? error.lost : {};
    const { id, generation } = log;
    const reason = error.cause === undefined ? {} : { reason: messageOf(error.cause) };
    this.#alarmOnce(generation ?? id ?? '', error.message, { id, generation, ...lost, ...reason });
    return error;
  }

  #alarmOnce(name: string, message: string, details: object): void {
    if (this.#named.size === NAMED_MAX || this.#named.has(name)) return;
    this.#named.add(name);
    this.alarm(message, details);
    if (this.#named.size === NAMED_MAX)
      this.alarm(`${NAMED_MAX} streams are damaged: further ones are not named`);
  }
}
