import { setTimeout as delay } from 'node:timers/promises';
import { percentile } from '../harness/statistics.mjs';
import { lineStart } from './gestures.mjs';

const LINES_PER_SECOND = 20_000;
const SECONDS = 10;
const TICK_MS = 5;
const MS = 1000;
const FILLER = ' compiled a module of the build without a warning and went on to the next one\n';

/**
 * Writes 20,000 lines per second, each with the clock of the producer, into a log that a page follows.
 * @param producer of an open log: `write(text)` resolves once it is sent
 * @param scale below 1: for a shorter time
 * @returns milliseconds: of 100 lines, 95 are on the screen, or were passed by, within so many
 */
export async function liveLag(page, producer, scale) {
  await producer.write(textOf(1, 1));
  await page.untilAnyLine();
  const lines = Math.ceil(LINES_PER_SECOND * Math.max(1, SECONDS * scale));
  const shown = page.untilLastOf(lines);
  const began = performance.now();
  for (let written = 1; written < lines; await delay(TICK_MS)) {
    const due = Math.ceil(((performance.now() - began) / MS) * LINES_PER_SECOND);
    const to = Math.min(lines, Math.max(written + 1, due));
    await producer.write(textOf(written + 1, to));
    written = to;
  }
  return percentile(lagsOf(await shown), 0.95);
}

function textOf(from, to) {
  const now = Date.now();
  let text = '';
  for (let line = from; line <= to; line++) text += lineStart(line) + now + FILLER;
  return text;
}

/** Of each line. A frame shows all lines since the one before, also those that it passes by. @param frames `[line, written, shown]` */
function lagsOf(frames) {
  return frames.slice(1).flatMap(([line, written, shown], at) => {
    const [lineBefore, writtenBefore] = frames[at];
    const perLine = (written - writtenBefore) / (line - lineBefore);
    return Array.from({ length: line - lineBefore }, (_, index) => shown - (written - index * perLine));
  });
}
