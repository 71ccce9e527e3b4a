import { percent } from './number.mjs';

/** From here on a core counts as full: the rest goes to what surrounds the measured part, such as starting the load. */
const FULL = 0.85;

/** How much of a core each of the three processes used while the workload ran. */
export function coreShares(results, target, workload) {
  return {
    server: results.median(target, workload, ({ cpuApp, seconds }) => cpuApp / seconds),
    Redis: results.median(target, workload, ({ cpuRedis, seconds }) => cpuRedis / seconds),
    'load generator': results.median(target, workload, ({ lg }) => lg?.lg_cpu / lg?.elapsed),
  };
}

export function describeShares(shares) {
  return Object.entries(shares)
    .filter(([, share]) => share > 0.005)
    .map(([who, share]) => `${who} ${percent(share)}`)
    .join(', ');
}

/** What the figure of a workload that goes as fast as it can is bound by, as far as CPU tells it. */
export function limitOf(shares, cores) {
  const known = Object.entries(shares).filter(([, share]) => Number.isFinite(share));
  const [who, most] = known.reduce((a, b) => (b[1] > a[1] ? b : a), ['', 0]);
  const total = known.reduce((sum, [, share]) => sum + share, 0);
  if (known.length === 0) return undefined;
  if (shares['load generator'] >= FULL) return 'the load generator: the figure is a lower bound';
  if (most >= FULL) return `CPU of the ${who}`.replace('the Redis', 'Redis');
  if (total >= FULL * cores) return `all ${cores} cores of the machine`;
  return 'no core is full: round trips and waiting';
}
