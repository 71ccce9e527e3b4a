const FRAME_PX = 3000;
const FRAMES_PER_SECOND = 60;
const SPEED = FRAME_PX * FRAMES_PER_SECOND;
const WARM_UP_PX = 20 * FRAME_PX;
const MEASURED_PX = 60 * FRAME_PX;
const NEXT_FRAME = 'new Promise((resolve) => requestAnimationFrame(resolve))';
const SETTLED_FRAMES = 5;
/** A page that moves by less in a frame did not take part. */
const LINES_PER_FRAME_MIN = 50;

/**
 * Turns the wheel for a second, upwards from the end, as fast as 3,000 px in each frame at full rate.
 * @returns milliseconds of the main thread's CPU for a frame in which it turned, with all that follows until the screen is full and at rest
 * @throws if the page did not scroll
 */
export async function flingCost(page) {
  await page.turnWheel(WARM_UP_PX, SPEED);
  const from = await untilSettled(page);
  const before = { cpu: await page.mainThread(), turns: await page.wheelTurns() };
  await page.turnWheel(MEASURED_PX, SPEED);
  const to = await untilSettled(page);
  const frames = (await page.wheelTurns()) - before.turns;
  const cost = (await page.mainThread()) - before.cpu;
  // A small log ends before the fling does.
  if (to > 1 && (from - to) / frames < LINES_PER_FRAME_MIN)
    throw new Error(`the fling of ${frames} frames went from line ${from} to ${to}`);
  return cost / frames;
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
