import { coreShares, describeShares, limitOf } from './busy.mjs';
import { CONNECTIONS, GOALS } from './goals.mjs';
import { markdownTable } from './markdown-table.mjs';
import { short } from './number.mjs';

/** In these the load is given, not as much as goes: what limits them is no question. */
const PACED = new Set(['W4', 'W4x200', 'W5', 'W5x2000', 'W6']);

/** Each goal with the ratio that was measured, and whether it is met. A goal whose target or reference was not measured is open. */
export function goalsTable(results) {
  const rows = GOALS.filter(({ workload }) => results.workloads.includes(workload)).map((goal) =>
    goalRow(results, goal),
  );
  if (results.workloads.includes('W6')) rows.push(connectionsRow(results));
  return markdownTable(
    ['workload', 'store', 'what', 'target', 'measured', 'Loom / it', 'met', 'of a core', 'limited by'],
    rows,
  );
}

function goalRow(results, { workload, store, target, measure, factor, reference, isMost }) {
  const measured = results.ratio(workload, measure.pick, target, reference);
  const figures = [target, reference].map((name) => results.median(name, workload, measure.pick));
  const isMet = isMost ? measured <= factor : measured >= factor;
  const shares = coreShares(results, target, workload);
  return [
    ...[workload, store, measure.name],
    `${isMost ? '≤' : '≥'} ${factor} × \`${reference}\``,
    Number.isFinite(measured) ? `${short(measured)} ×` : '-',
    figures.map(short).join(' / '),
    Number.isFinite(measured) ? yesNo(isMet) : 'not measured',
    describeShares(shares),
    PACED.has(workload) ? undefined : limitOf(shares, results.run.machine.cores),
  ];
}

function connectionsRow(results) {
  const target = 'loom:redis';
  const connections = results.median(target, 'W6', 'redisConnections');
  const { base, followedPerConnection } = CONNECTIONS;
  const most = base + results.median(target, 'W6', 'followedLogs') / followedPerConnection;
  return [
    ...['W6', 'redis', 'connections to Redis'],
    `≤ ${base} + followed logs / ${followedPerConnection}`,
    '-',
    `${short(connections)} / ${short(most)}`,
    Number.isFinite(connections) ? yesNo(connections <= most) : 'not measured',
  ];
}

function yesNo(isMet) {
  return isMet ? 'yes' : '**no**';
}
