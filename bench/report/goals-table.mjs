import { coreShares, describeShares, limitOf } from './busy.mjs';
import { CONNECTIONS, GOALS } from './goals.mjs';
import { markdownTable } from './markdown-table.mjs';
import { short } from './number.mjs';

/** In these the load is given, not as much as goes: what limits them is no question. */
const PACED = new Set(['W0', 'W4', 'W4x200', 'W5', 'W5x2000', 'W6']);

/** Each goal with the ratio that was measured, and whether it is met. A goal whose target or reference was not measured is open. */
export function goalsTable(results) {
  const rows = GOALS.filter(({ workload }) => results.workloads.includes(workload)).map((goal) =>
    goalRow(results, goal),
  );
  if (results.workloads.includes('W6')) rows.push(connectionsRow(results));
  return markdownTable(
    ['workload', 'of', 'what', 'goal', 'measured', 'Loom / it', 'met', 'of a core', 'limited by'],
    rows,
  );
}

/** The goals that were measured and not met. */
export function missedGoals(results) {
  return GOALS.filter((goal) => isMet(goal, measuredRatio(results, goal)) === false);
}

function measuredRatio(results, { workload, target, measure, reference }) {
  if (reference === undefined) return results.median(target, workload, measure.pick);
  return results.ratio(workload, measure.pick, target, reference);
}

/** `undefined` when it was not measured. */
function isMet({ factor, isMost }, measured) {
  if (!Number.isFinite(measured)) return undefined;
  return isMost ? measured <= factor : measured >= factor;
}

function goalRow(results, goal) {
  const { workload, target, measure, factor, reference, isMost } = goal;
  const measured = measuredRatio(results, goal);
  const names = reference === undefined ? [target] : [target, reference];
  const figures = names.map((name) => results.median(name, workload, measure.pick));
  const unit = reference === undefined ? measure.unit : '×';
  const shares = coreShares(results, target, workload);
  return [
    ...[workload, `\`${target}\``, measure.name],
    `${isMost ? '≤' : '≥'} ${factor} ${unit}${reference === undefined ? '' : ` \`${reference}\``}`,
    Number.isFinite(measured) ? `${short(measured)} ${unit}` : '-',
    figures.map(short).join(' / '),
    yesNo(isMet(goal, measured)),
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
    ...['W6', `\`${target}\``, 'connections to Redis'],
    `≤ ${base} + followed logs / ${followedPerConnection}`,
    '-',
    `${short(connections)} / ${short(most)}`,
    yesNo(Number.isFinite(connections) ? connections <= most : undefined),
  ];
}

function yesNo(isMet) {
  if (isMet === undefined) return 'not measured';
  return isMet ? 'yes' : '**no**';
}
