import { short } from './number.mjs';
import { paceOf } from './pace.mjs';

/** What is printed of a record as soon as there is one. */
export function progressLine(record) {
  const who = `round ${record.round}  ${record.target.padEnd(25)} ${record.workload.padEnd(8)}`;
  if (record.skip) return `${who} skipped: ${record.skip}`;
  if (!record.isGood) return `${who} WRONG ${[record.note, details(record)].filter(Boolean).join(' ')}`;
  const latency = record.p99 === undefined ? '' : `p99 ${short(record.p99)} ms  `;
  const cpu = record.cpuPerUnit === undefined ? '' : `${short(record.cpuPerUnit)} ${record.per}  `;
  return `${who} ${short(record.value)} ${record.unit}  ${latency}${cpu}${record.note ?? ''}`.trimEnd();
}

/** What is printed at the beginning of a round. */
export function paceLine(pace) {
  return `round ${pace.round}  a small request to a bare server in Node: ${paceOf([pace])}`;
}

/** Everything that the load generator said of what was wrong. */
function details({ lg, read }) {
  const reads = read?.isWhole === false ? [read] : [];
  return [lg, ...reads]
    .filter(Boolean)
    .map((each) => JSON.stringify(each))
    .join(' ');
}
