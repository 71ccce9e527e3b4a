import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { drawing } from './drawing.mjs';

/** Two panels each, side by side: what is drawn of a subject. */
export const CHARTS = {
  tails: {
    title: 'Tails of one log',
    across: 'tails',
    panels: [
      { title: 'CPU per delivery, µs', isLogarithmic: true, lines: [['', 'microsecondsPerDelivery']] },
      // What a few take is less than what the garbage collector happens to have freed.
      { title: 'Memory per tail, KiB', lines: [['', 'memoryKiB']], from: 500 },
    ],
  },
  producers: {
    title: 'Producers that share 1,000 lines/s',
    across: 'producers',
    panels: [
      { title: 'CPU per line, µs', lines: [['', 'microsecondsPerLine']] },
      { title: 'Memory per producer, KiB', lines: [['', 'memoryKiB']], from: 500 },
    ],
  },
  logs: {
    title: 'One log',
    across: 'MiB in the log',
    panels: [
      {
        title: 'CPU per GiB, s',
        lines: [
          ['ingest', 'ingestCpuPerGiB'],
          ['replay', 'replayCpuPerGiB'],
        ],
      },
      {
        title: 'Most memory of the server, MiB',
        lines: [
          ['ingest', 'ingestPeakMiB'],
          ['replay', 'replayPeakMiB'],
        ],
      },
    ],
  },
};

/** Writes `growth-<subject>.svg` for each subject that was measured. @returns the files */
export function drawGrowth(growth, folder) {
  const measured = Object.keys(CHARTS).filter((name) =>
    growth.series.some(({ subject }) => subject === name),
  );
  return measured.map((subject) => {
    const file = join(folder, `growth-${subject}.svg`);
    const series = growth.series.filter((each) => each.subject === subject);
    const { title, across, panels } = CHARTS[subject];
    writeFileSync(
      file,
      drawing(
        title,
        panels.map((panel) => ({ ...panel, across, lines: linesOf(panel, series) })),
      ),
    );
    return file;
  });
}

function linesOf({ lines, from = 0 }, series) {
  return series.flatMap(({ target, points }) =>
    lines.map(([what, field]) => ({
      name: [target, what].filter(Boolean).join(' '),
      points: points.filter(({ count }) => count >= from).map((point) => [point.count, point[field]]),
    })),
  );
}
