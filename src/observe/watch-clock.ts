import { SteadyClock } from '../core/scheduling/steady-clock';
import type { Logger } from './logger';

const LOOK_MS = 1_000;

/** Logs once whenever the clock of the system is set. @returns ends it */
export function watchClock(logger: Logger): () => void {
  const clock = new SteadyClock((byMs) => {
    const how = `${Math.round(Math.abs(byMs) / 1_000)} s ${byMs > 0 ? 'forward' : 'back'}`;
    logger.warn({ byMs }, `The clock of the system was set ${how}: what waits for a time goes on as before`);
  });
  const timer = setInterval(() => clock.now(), LOOK_MS).unref();
  return () => clearInterval(timer);
}
