import { FIGURES } from '../web/figures.mjs';
import { webReasons } from './web-reasons.mjs';
import { figuresBehind, webTable } from './web-table.mjs';

const HOW = `Each target has a fresh browser and a log that nobody has read before; each round has a server of its own, and turns the order of the targets
round. A cell is the median of the rounds, with the least and the most: where ranges overlap, it is a tie. A person opens the log, presses \`End\` as soon as
that leads to the last line, turns the wheel back for a second as fast as 3,000 px in 1/60 s, and searches for a text that only the line in the middle
has. CPU is thread time, not the clock: that of a fling is the page's main thread until the screen is full again, for each frame in which the wheel
turned; that of a search is all threads of the page's process, and of the server, until the match is on the screen. The heap includes array
buffers. Times by the clock depend on what else the machine does.`;

const OTHERS = `The others fetch the whole log from the same server, compressed as Loom sends it to any browser, and keep it: xterm.js with a scrollback of all
lines, drawn in the DOM, with its addons for search and size (it moves less than half as far as the wheel says); CodeMirror read-only, with line numbers
and search, filled in pieces of 4 MB; react-logviewer as its documentation recommends for a complete file (with \`stream\` each chunk copies all before
it), with search and line numbers. None has links to lines. All scripts are bundled and compressed in the same way.`;

export const WEB_HEADING = '## Beside other ways to show a log';

/**
 * @param run what web.mjs wrote
 * @throws if Loom is not first in a row, and no reason is known for it
 */
export function webSection(run) {
  const { at, commit, scale, chromium, machine, lines, bytes, wrong } = run;
  const megabytes = Math.round(bytes / 1_000_000);
  return [
    WEB_HEADING,
    [
      `A log of ${lines.toLocaleString('en')} lines and ${megabytes} MB. ${roundsOf(run)} of \`npm run bench:web\`, of ${at.slice(0, 10)},`,
      `in Chromium ${chromium} on ${machine.cores} cores (${machine.cpu})${loadOf(run)}. Code: ${commit}. Less is better in every row.`,
      ...(scale < 1 ? [`**These figures are no result:** the log was ${scale} of the full one.`] : []),
      ...wrong.map(({ target, note }) => `**${target} failed:** ${note}.`),
    ].join('\n'),
    webTable(run),
    ...behind(run),
    HOW,
    OTHERS,
  ].join('\n\n');
}

function roundsOf({ figures }) {
  const rounds = new Set(figures.map(({ round }) => round)).size;
  return rounds === 1 ? 'One round' : `Medians of ${rounds} rounds`;
}

/** What else the machine did makes times by the clock longer, and those of threads a little. */
function loadOf({ loads, machine }) {
  if (Math.max(...loads) <= machine.cores) return '';
  return `, busy with other work (load ${Math.min(...loads).toFixed(0)} to ${Math.max(...loads).toFixed(0)})`;
}

function behind(run) {
  const figures = figuresBehind(run, 'loom');
  if (figures.length === 0) return ['Loom is first in every row.'];
  const reasons = figures.map((figure) => `- **${FIGURES[figure].what}:** ${webReasons(figure)}`);
  return ['Where Loom is not first:', reasons.join('\n')];
}
