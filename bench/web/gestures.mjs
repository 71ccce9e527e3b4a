import { setTimeout as delay } from 'node:timers/promises';

const DIGITS = 7;
const PRESS_EACH_MS = 500;
/** In the text of a line. */
const INSIDE = { x: 400, y: 300 };

/** How a line of the log begins: see lines/text.mjs. */
export function lineStart(line) {
  return `${String(line).padStart(DIGITS, '0')} worker-`;
}

/** Presses the key for the end as soon as that makes sense. @returns the milliseconds since the navigation when the last line is in view */
export async function goToEnd(page, { isWindowed, end }, { lines }) {
  const state = { isShown: false };
  const shown = page.untilShown(lineStart(lines)).finally(() => {
    state.isShown = true;
  });
  if (!isWindowed) await page.untilWhole();
  await page.click(INSIDE);
  while (end !== undefined && !state.isShown) {
    await page.press(end);
    await Promise.race([shown, delay(PRESS_EACH_MS)]);
  }
  return shown;
}

/** Searches for a text until the line with the match is in view. The last key is a real one, for pages that wait for it. */
export async function search(page, text, line) {
  await page.press('Control+f');
  await page.insert(text.slice(0, -1));
  await page.press(text.at(-1));
  await page.press('Enter');
  await page.untilShown(line);
}
