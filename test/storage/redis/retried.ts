import { setTimeout as delay } from 'node:timers/promises';
import { isLogError } from '../../../src/core/log/errors';

/** Repeats what fails because the connection is not back yet. */
export async function retried<T>(attempt: () => Promise<T>): Promise<T> {
  for (;;) {
    try {
      return await attempt();
    } catch (error) {
      if (!isLogError(error, 'STORE_UNAVAILABLE')) throw error;
      await delay(50);
    }
  }
}
