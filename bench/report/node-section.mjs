import { WORKLOADS } from '../workloads/index.mjs';
import { markdownTable } from './markdown-table.mjs';
import { short } from './number.mjs';

/** Below this, runs differ by themselves. */
const NOTICEABLE = 0.05;
const PAIRS = [
  ['loom:files', 'loom-node24:files'],
  ['loom:redis', 'loom-node24:redis'],
  ['loom-durable:files', 'loom-durable-node24:files'],
  ['loom-durable:redis', 'loom-durable-node24:redis'],
  ['bare:raw', 'bare-node24:raw'],
];

/** Node 24 beside the Node of the run, and which of them to deploy. `undefined` when it was not measured. */
export function nodeSection(results) {
  const pairs = PAIRS.filter((pair) => pair.every((target) => results.targets.includes(target)));
  const rows = Object.keys(WORKLOADS).map((workload) => [
    workload,
    ...pairs.map(([one, other]) => cellOf(results, workload, one, other)),
  ]);
  const measured = rows.filter(([, ...cells]) => cells.some((cell) => cell !== undefined));
  if (measured.length === 0) return undefined;
  return [
    '## Node 24',
    `What Node 24 makes of each figure, and of the CPU per unit of work: ratios to Node ${results.run.machine.node}. For W0, W4 to W5x2000 and W6 less is better, and always for CPU.`,
    verdict(results, pairs),
    markdownTable(['', ...pairs.map(([one]) => `\`${one}\``)], measured),
  ].join('\n\n');
}

function cellOf(results, workload, one, other) {
  const value = results.ratio(workload, 'value', other, one);
  const cpu = results.ratio(workload, 'cpuPerUnit', other, one);
  if (!Number.isFinite(value)) return undefined;
  return Number.isFinite(cpu) ? `${short(value)}, CPU ${short(cpu)}` : short(value);
}

/** By the geometric mean over all workloads of Loom, of which each is as often better as worse by chance. */
function verdict(results, pairs) {
  const gains = pairs
    .filter(([one]) => one.startsWith('loom'))
    .flatMap(([one, other]) =>
      Object.keys(WORKLOADS).map((workload) => gainOf(results, workload, one, other)),
    )
    .filter(Number.isFinite);
  const mean = Math.exp(gains.reduce((sum, gain) => sum + Math.log(gain), 0) / gains.length);
  const which = `Over all ${gains.length} figures of Loom Node 24 is ${short(mean)} times as good (geometric mean)`;
  if (Math.abs(Math.log(mean)) < NOTICEABLE) return `${which}: deploy either.`;
  return `${which}: deploy ${mean > 1 ? 'Node 24' : 'the older one'}.`;
}

/** Above 1 where the other is better. */
function gainOf(results, workload, one, other) {
  const ratio = results.ratio(workload, 'value', other, one);
  const isLowerBetter = results.good(one, workload).some((record) => record.isLowerBetter);
  return isLowerBetter ? 1 / ratio : ratio;
}
