import { CHARTS } from '../growth/charts.mjs';
import { markdownTable } from './markdown-table.mjs';
import { short } from './number.mjs';

const INTRODUCTION = `Each number is from a process of its own; CPU includes Redis, but not connecting. A cost that grows with the number of other
clients or bytes would make these lines rise. With few tails, a delivery has the whole cost of its line; with many
producers, each with a line per second or less, a line in files has a sync of its own, because written files are
synced every second: with 1,000 producers 244 µs, and 105 with \`files.durability: os\`.`;

const COLUMNS = {
  microsecondsPerDelivery: 'CPU µs/delivery',
  microsecondsPerLine: 'CPU µs/line',
  memoryKiB: 'memory KiB each',
  p50: 'p50 ms',
  p99: 'p99 ms',
  ingestMiBPerSecond: 'ingest MiB/s',
  ingestCpuPerGiB: 'ingest CPU s/GiB',
  ingestPeakMiB: 'ingest peak MiB',
  replayMiBPerSecond: 'replay MiB/s',
  replayCpuPerGiB: 'replay CPU s/GiB',
  replayPeakMiB: 'replay peak MiB',
};

/** The drawings and the numbers behind them. */
export function growthSection({ series, commit }) {
  const subjects = Object.keys(CHARTS).filter((name) => series.some(({ subject }) => subject === name));
  return [
    `${INTRODUCTION} Code: ${commit}.`,
    ...subjects.map((subject) => {
      const { title, across } = CHARTS[subject];
      const tables = series.filter((each) => each.subject === subject).map((each) => table(each, across));
      return `![${title}](growth-${subject}.svg)\n\n${tables.join('\n\n')}`;
    }),
  ].join('\n\n');
}

function table({ target, points }, across) {
  const fields = Object.keys(COLUMNS).filter((field) => points[0]?.[field] !== undefined);
  const head = [`\`${target}\`: ${across}`, ...fields.map((field) => COLUMNS[field])];
  return markdownTable(
    head,
    points.map((point) => [point.count, ...fields.map((field) => short(point[field]))]),
  );
}
