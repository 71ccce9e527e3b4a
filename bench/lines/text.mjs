import { createWriteStream, statSync } from 'node:fs';
import { join } from 'node:path';
import { finished } from 'node:stream/promises';

const LINES_PER_WRITE = 8192;
const DIGITS = 7;
const SHORT_BYTES = 10;
export const LONG_BYTES = 127;

/** What one line in the middle has and no other. */
export const NEEDLE = 'lease of the upstream expired';
/** In one line of a thousand there are as many digits. */
export const EXPRESSION = 'took [0-9]{5} ms .*status=5[0-9]{2}';

/** Lines of a build's log, each as long as the others. */
export function writeLong(folder, count) {
  const middle = Math.ceil(count / 2);
  return write(join(folder, 'long.log'), count, (i) => longLine(i, i === middle));
}

/** Numbers of nine digits. */
export function writeShort(folder, count) {
  return write(join(folder, 'short.log'), count, (i) => `${String(i).padStart(SHORT_BYTES - 1, '0')}\n`);
}

function longLine(i, hasNeedle) {
  const number = String(i).padStart(DIGITS, '0');
  const isSlow = i % 1000 === 7;
  const took = isSlow ? 10_000 + (i % 90_000) : (i * 7919) % 10_000;
  const status = i % 10_000 === 7 ? 503 : 200;
  const what = hasNeedle ? NEEDLE : 'the upstream has answered';
  const line = `${number} worker-${i % 8} GET /api/v1/items/${(i * 104_729) % 999_983} took ${took} ms ${what} status=${status} `;
  return `${line.padEnd(LONG_BYTES - 1, '.')}\n`;
}

/** @returns the file's path, bytes and lines */
async function write(path, count, lineOf) {
  const out = createWriteStream(path);
  for (let from = 1; from <= count; from += LINES_PER_WRITE) {
    const length = Math.min(LINES_PER_WRITE, count - from + 1);
    const lines = Array.from({ length }, (_, i) => lineOf(from + i)).join('');
    if (!out.write(lines)) await new Promise((resolve) => out.once('drain', resolve));
  }
  out.end();
  await finished(out);
  return { path, lines: count, bytes: statSync(path).size };
}
