import { WORKLOADS } from '../workloads/index.mjs';
import { markdownTable } from './markdown-table.mjs';
import { percent, short } from './number.mjs';

const NOTE_LENGTH = 160;

/** A table a workload: medians, their range, and the ratio to the reference target. */
export function workloadTables(results, reference) {
  return Object.keys(WORKLOADS)
    .filter((workload) => results.workloads.includes(workload))
    .map((workload) => workloadTable(results, workload, reference))
    .filter((table) => table !== undefined)
    .join('\n');
}

function workloadTable(results, workload, reference) {
  const sample = results.run.records.find((record) => record.workload === workload && record.unit);
  if (sample === undefined) return undefined;
  const columns = columnsOf(results, workload, reference, sample);
  const rows = results.targets
    .filter((target) => results.all(target, workload).some(({ skip }) => skip === undefined))
    .map((target) => rowOf(results, target, workload, columns));
  return `### ${workload}\n\n${WORKLOADS[workload].title}.\n\n${markdownTable(
    ['target', ...columns.map(({ head }) => head), 'right', 'note'],
    rows,
  )}\n`;
}

function columnsOf(results, workload, reference, sample) {
  const median = (pick) => (target) => short(results.median(target, workload, pick));
  const ratio = (pick) => (target) => short(results.ratio(workload, pick, target, reference));
  const latencies = [
    { head: 'p99 ms', cell: median('p99') },
    { head: 'max ms', cell: median('max') },
  ];
  const idle = [
    { head: 'Redis KiB/tail', cell: median('redisKiB') },
    { head: 'KiB/producer', cell: median('producerKiB') },
    { head: 'Redis connections', cell: median('redisConnections') },
    { head: 'idle CPU', cell: (target) => percent(results.median(target, workload, 'idleCpu')) },
  ];
  const cpu = [
    { head: sample.per, cell: median('cpuPerUnit') },
    {
      head: 'of it Redis',
      cell: (target) =>
        percent(results.median(target, workload, ({ cpuApp, cpuRedis }) => cpuRedis / (cpuApp + cpuRedis))),
    },
    { head: `CPU × ${reference}`, cell: ratio('cpuPerUnit') },
  ];
  const start = [
    { head: 'Redis MiB', cell: median('redisMiB') },
    { head: 'start s', cell: median('startSeconds') },
  ];
  const more = { W0: start, W6: idle }[workload] ?? cpu;
  return [
    { head: sample.unit, cell: median('value') },
    { head: 'range', cell: (target) => range(results.good(target, workload)) },
    { head: `× ${reference}`, cell: ratio('value') },
    ...(sample.p99 === undefined ? [] : latencies),
    ...more,
    { head: 'peak MiB server + Redis', cell: (target) => peak(results, target, workload) },
  ];
}

function rowOf(results, target, workload, columns) {
  const all = results.all(target, workload);
  const good = results.good(target, workload);
  const right = `${good.length}/${all.length}`;
  const isRight = good.length > 0;
  const cells = columns.map(({ cell }, column) => {
    if (isRight) return cell(target);
    return column === 0 ? 'fails' : undefined;
  });
  return [
    `\`${target}\``,
    ...cells,
    right,
    (isRight ? good.at(-1).note : failure(all))?.slice(0, NOTE_LENGTH),
  ];
}

function failure(records) {
  const { note, lg, deliveriesPerSecond } = records[0];
  const pace =
    deliveriesPerSecond > 0 ? `not kept up: ${short(deliveriesPerSecond / 1000)} k deliveries/s` : '';
  return [pace, note, lg?.err, lg?.badmsg].filter(Boolean).join('; ');
}

function range(records) {
  const values = records.map(({ value }) => value);
  return values.length > 1 ? `${short(Math.min(...values))}–${short(Math.max(...values))}` : undefined;
}

function peak(results, target, workload) {
  const app = results.median(target, workload, 'peakApp');
  const redis = results.median(target, workload, 'peakRedis');
  return redis > 0 ? `${Math.round(app)} + ${Math.round(redis)}` : String(Math.round(app));
}
