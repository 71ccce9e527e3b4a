// The whole log in a terminal: each chunk is written as it comes, and reading waits while much is still to be parsed.
import '@xterm/xterm/css/xterm.css';
import './page.css';
import { FitAddon } from '@xterm/addon-fit';
import { SearchAddon } from '@xterm/addon-search';
import { Terminal } from '@xterm/xterm';
import { CONTAINER, logChunks, noteWhole } from './the-log.mjs';

const SCROLLBACK_LINES = 6_000_000;
const UNPARSED_MAX = 4_000_000;

const terminal = new Terminal({
  ...{ scrollback: SCROLLBACK_LINES, convertEol: true, disableStdin: true },
  ...{ fontSize: 12, allowProposedApi: true },
});
const fit = new FitAddon();
const search = new SearchAddon();
terminal.loadAddon(fit);
terminal.loadAddon(search);
terminal.open(CONTAINER);
fit.fit();

// It has no search box of its own.
const input = Object.assign(document.createElement('input'), { id: 'search', hidden: true });
document.body.append(input);
addEventListener(
  'keydown',
  (event) => {
    if (!event.ctrlKey || event.key !== 'f') return;
    event.preventDefault();
    event.stopPropagation();
    input.hidden = false;
    input.focus();
  },
  { capture: true },
);
input.addEventListener('keydown', ({ key }) => {
  if (key === 'Enter') search.findNext(input.value);
});

let unparsed = 0;
let resume = () => {};
for await (const chunk of logChunks()) {
  unparsed += chunk.length;
  terminal.write(chunk, () => {
    unparsed -= chunk.length;
    resume();
  });
  while (unparsed > UNPARSED_MAX) await new Promise((resolve) => (resume = resolve));
}
terminal.write('', noteWhole);
