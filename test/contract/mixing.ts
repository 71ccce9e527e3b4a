import fc from 'fast-check';
import { createOpenLog } from './commits';
import { anyMixedStep, Mixed } from './mixed-model';
import type { Subject } from './store.contract';

/** How many logs one scenario may fork. */
const LOGS_MAX = 5;

export function describeMixing(subject: Subject): void {
  it('the store agrees with a model made of a buffer and the rules', async () => {
    const scenario = fc.array(fc.tuple(fc.nat(100), anyMixedStep), { minLength: 1, maxLength: 30 });
    await fc.assert(
      fc.asyncProperty(scenario, async (steps) => {
        const logs = [new Mixed(subject, await createOpenLog(subject.store), Buffer.alloc(0))];
        for (const [index, step] of steps) {
          const log = logs[index % logs.length];
          if (log === undefined || (step.kind === 'fork' && logs.length === LOGS_MAX)) continue;
          const fork = await log.take(step);
          if (fork !== undefined) logs.push(new Mixed(subject, fork, log.upTo(fork.tail)));
        }
        for (const log of logs) await log.check();
      }),
      { numRuns: 40 },
    );
  });
}
