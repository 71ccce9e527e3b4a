import { generateLoad } from '../harness/load-generator.mjs';
import { assertGood } from './fresh.mjs';

const SHORT_MS = 1000;
const LONG_MS = 12_000;
/** Until the producers' streams are there and tails are opened: the server may still be closing those of the run before. */
const SETTLE_MS = 1000;

/**
 * Microseconds of CPU, that of Redis included, for each unit of work, without what it costs to connect: a long run and a
 * short one connect alike, so their difference is the work.
 * @param load of the load generator. @param unitsOf what it counts as the work: `deliveries` or `sent`
 * @returns also the `id` and what the load generator said of the long run
 */
export async function marginalCpu(session, load, unitsOf) {
  const run = async (milliseconds) => {
    const id = await session.newStreams('grow', load.streams);
    session.begin();
    const lg = await generateLoad({
      ...{ mode: 'live', ...session.wire, id, ramp_s: 20, settle_ms: SETTLE_MS, ...load },
      dur_ms: milliseconds,
    });
    assertGood(lg);
    const { cpuApp, cpuRedis } = session.spent();
    return { id, lg, cpu: cpuApp + cpuRedis };
  };
  // The first one compiles the code that the others run.
  await run(SHORT_MS);
  const short = await run(SHORT_MS);
  const long = await run(LONG_MS);
  const microseconds = ((long.cpu - short.cpu) * 1e6) / (long.lg[unitsOf] - short.lg[unitsOf]);
  return { microseconds, id: long.id, lg: long.lg };
}
