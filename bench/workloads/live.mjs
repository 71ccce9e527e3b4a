import { generateLoad } from '../harness/load-generator.mjs';
import { isGood } from './ingest.mjs';

/** Milliseconds from a line's sending to its arrival at the tails. @param load takes the sizes, gives lg's arguments */
export const latency = (prefix, load) => async (session) => {
  const { lg, ...result } = await live(session, prefix, load(session.sizes));
  return {
    value: lg.p50_us / 1000,
    unit: 'ms p50',
    isLowerBetter: true,
    deliveriesPerSecond: lg.deliveries / lg.elapsed,
    ...result,
    lg,
  };
};

/** Deliveries a second when as many lines are on their way as the window allows. */
export const saturation = (prefix, load) => async (session) => {
  const { lg, ...result } = await live(session, prefix, load(session.sizes));
  return { value: lg.deliveries / lg.elapsed / 1000, unit: 'k deliveries/s', ...result, lg };
};

async function live(session, prefix, load) {
  const { target, sizes } = session;
  const id = await session.newStreams(prefix, load.streams);
  session.begin();
  const lg = await generateLoad({ mode: 'live', ...session.wire, id, dur_ms: sizes.liveMs, ...load });
  const mustEnd = session.endsReaders && target.style === 'chunked';
  return {
    ...{ p50: lg.p50_us / 1000, p99: lg.p99_us / 1000, max: lg.max_us / 1000 },
    work: lg.deliveries / 1e6,
    per: 'CPU s/M',
    isGood: isGood(lg) && (!mustEnd || lg.ended === lg.consumers),
    lg,
  };
}
