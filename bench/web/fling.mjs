const STEP_PX = -3000;
const WARM_UP = { frames: 20, ms: 5000 };
/** Fewer where they take long. */
const MEASURED = { frames: 60, ms: 30_000 };
const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(resolve))';
const SETTLED_FRAMES = 5;
/** A page that moves by less in a frame did not take part: rows are 15 to 20 px high. */
const LINES_PER_FRAME_MIN = 100;

/**
 * Turns the wheel once in each frame, upwards from the end.
 * @returns milliseconds of the main thread's CPU for a frame, with all that follows until the screen is full and at rest
 * @throws if the page did not scroll
 */
export async function flingCost(page) {
  await fling(page, WARM_UP);
  const from = await untilSettled(page);
  const before = await page.mainThread();
  const frames = await fling(page, MEASURED);
  const to = await untilSettled(page);
  const cost = (await page.mainThread()) - before;
  // A small log ends before the fling does.
  if (to > 1 && (from - to) / frames < LINES_PER_FRAME_MIN)
    throw new Error(`the fling of ${frames} frames went from line ${from} to ${to}`);
  return cost / frames;
}

/** @returns how many frames it took */
async function fling(page, { frames, ms }) {
  const began = performance.now();
  for (let frame = 1; ; frame++) {
    await page.turnWheel(STEP_PX);
    await page.evaluate(NEXT_FRAME);
    if (frame === frames || performance.now() - began > ms) return frame;
  }
}

/** @returns the first line in view, when it stays the same */
async function untilSettled(page) {
  let line;
  for (let same = 0; same < SETTLED_FRAMES; ) {
    await page.evaluate(NEXT_FRAME);
    const now = await page.firstVisible();
    same = now !== undefined && now === line ? same + 1 : 0;
    line = now;
  }
  return line;
}
