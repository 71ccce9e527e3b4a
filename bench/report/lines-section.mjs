import { linesTable } from './lines-table.mjs';

export const LINES_HEADING = '## Lines, times and searches';

const BOUNDS = `The bounds are those of single figures, or ratios to a figure of the same run: to \`wc\` and \`grep\` on a file with the same bytes (\`LC_ALL=C\`,
the file in the page cache), or to the same server without what is measured. CPU is that of the server's process; that of Redis
has a row of its own. Each answer is compared with what \`wc\`, \`sed\`, \`tail\` and \`grep -nb\` print.`;

/** @param run what lines.mjs wrote */
export function linesSection({ at, commit, rounds, scale, largeMiB, figures, wrong }) {
  return [
    LINES_HEADING,
    [
      `Medians of ${rounds} rounds of \`node bench/lines.mjs\`, of ${at.slice(0, 10)}. Code: ${commit}.`,
      ...(scale < 1 ? [`**These figures are no result:** the load was ${scale} of the full one.`] : []),
      BOUNDS,
      ...(largeMiB < 4096 ? [`The large log of L2 had ${largeMiB} MiB.`] : []),
      ...wrong.map(({ workload, store, note }) => `**${workload} on ${store} failed:** ${note}.`),
    ].join('\n'),
    linesTable(figures),
  ].join('\n\n');
}
