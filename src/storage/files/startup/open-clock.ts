import { messageOf } from '../../../core/log/errors';
import { isClockStep, SteadyClock } from '../../../core/scheduling/steady-clock';
import type { Warn } from '../../../core/store/warnings';
import { bootId } from '../disk/boot-id';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';

/**
 * Opens the store's clock. Its times are stored, so how far the system's clock was set is stored as well, and the next process continues
 * from there. The system's clock may have been set in between, which the kernel's steady clock shows. After a reboot the system's clock
 * is taken as it is: it has been set right by then.
 */
export async function openClock(
  facts: FactsDatabase,
  reserve: FactsReserve,
  warn: Warn,
): Promise<SteadyClock> {
  const { storeMeta } = facts;
  const boot = await bootId();
  const isSameBoot = boot === storeMeta.boot;
  const byMs = isSameBoot && boot !== undefined ? stepSince(storeMeta.clockOrigin) : 0;
  if (byMs !== 0)
    warn(
      `The clock of the system was set ${Math.round(Math.abs(byMs) / 1_000)} s ${byMs > 0 ? 'forward' : 'back'} while the store was closed, or the machine was asleep: what waits for a time goes on as before`,
      { byMs },
    );
  const note = (): void => {
    reserve
      .write('change', () => storeMeta.noteClock(clock.skew, clockOrigin()))
      .catch((error) => warn(`Storing how far the clock was set failed: ${messageOf(error)}`, { error }));
  };
  const clock: SteadyClock = new SteadyClock(note, isSameBoot ? storeMeta.skew + byMs : 0);
  return clock;
}

/** Stores what the next process has to know of the clock. */
export async function noteClock(
  { storeMeta }: FactsDatabase,
  reserve: FactsReserve,
  clock: Pick<SteadyClock, 'skew'>,
): Promise<void> {
  const isKnown = storeMeta.clockOrigin !== undefined && stepSince(storeMeta.clockOrigin) === 0;
  if (isKnown && storeMeta.skew === clock.skew) return;
  await reserve.write('change', () => storeMeta.noteClock(clock.skew, clockOrigin()));
}

/** The system's clock when the kernel's steady clock was 0. It changes when the system's clock is set, and when the machine sleeps. */
function clockOrigin(): number {
  return Date.now() - Math.round(Number(process.hrtime.bigint() / 1_000_000n));
}

function stepSince(origin: number | undefined): number {
  const byMs = origin === undefined ? 0 : clockOrigin() - origin;
  return isClockStep(byMs) ? byMs : 0;
}
