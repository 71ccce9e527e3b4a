import { SteadyClock } from '../core/scheduling/steady-clock';
import type { Logger } from './logger';

const CHECK_EVERY_MS = 1_000;

/** Logs each time the system clock is set. @returns a function that stops it */
export function watchClock(logger: Logger): () => void {
  const clock = new SteadyClock((byMs) => {
    const how = `${Math.round(Math.abs(byMs) / 1_000)} s ${byMs > 0 ? 'forward' : 'back'}`;
    logger.warn({ byMs }, `the system clock was set ${how}: deadlines keep their remaining time`);
  });
  const timer = setInterval(() => clock.now(), CHECK_EVERY_MS).unref();
  return () => clearInterval(timer);
}
