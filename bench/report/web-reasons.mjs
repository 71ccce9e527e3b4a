/** By figure of bench/web/figures.mjs: why Loom is not first. */
const REASONS = {
  firstLine:
    'The page asks for the index of the log, for which the server counts all lines, and then for the first of them. Of a log that nobody has read before that takes about 0.2 s of CPU, and a multiple by the clock where others want the processor. CodeMirror shows the first piece that arrives, and its last line is readable seconds later. Since this was measured it asks for the first screen of a closed stream by its offset, beside the index.',
  elements:
    'A row of Loom has an element each for its number, which is a link, its time and its text, so that neither is in a copy of the text. xterm.js has neither numbers nor times. Since this was measured the time has one only while times are shown.',
};

/** @throws if none is known: a table must not leave it open */
export function webReasons(figure) {
  const reason = REASONS[figure];
  if (reason === undefined)
    throw new Error(`Loom is not first at ${figure}, and web-reasons.mjs does not say why`);
  return reason;
}
