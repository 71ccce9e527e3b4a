import { NEEDLE } from '../lines/text.mjs';
import { MeasuredPage } from './browser.mjs';
import { flingCost } from './fling.mjs';
import { goToEnd, lineStart, search } from './gestures.mjs';
import { liveLag } from './live.mjs';
import { TooLate, within } from './within.mjs';

/** Of a log at scale 1. */
const FULL_LINES = 1_000_000;
const KB = 1000;
const MB = 1_000_000;

/** In this order, each of a page, a target and a log: a person opens the log, goes to its end at once, scrolls back fast, and searches. */
const STEPS = {
  firstLine: (page) => page.untilAnyLine(),
  lastLine: goToEnd,
  loadCpu: (page) => page.mainThread(),
  sent: (page) => page.traffic.all / KB,
  frame: (page) => flingCost(page),
  rows: async (page) => (await page.counts()).rows,
  elements: async (page) => (await page.counts()).elements,
  heap: async (page) => (await page.heap()) / MB,
  memory: async (page) => (await page.memory()) / MB,
  search: searchCost,
};

/**
 * Yields `{figure, value}`; or `{figure, limitMs}` for what takes longer than that, or `{figure, hasCrashed}` where the page came to its end.
 * After those no more is asked of it.
 * @param log a ServedLog
 */
export async function* measure(target, log, limitMs) {
  await log.renew();
  const page = await MeasuredPage.open(target.urlOf(log), target.rows);
  try {
    yield* untilMissed(page, STEPS, (step) => within(limitMs, step(page, target, log)), limitMs);
    // Whatever a search needs has come by now.
    yield { figure: 'script', value: page.traffic.scripts / KB };
  } finally {
    await page.close();
  }
  if (target.urlOfLine !== undefined) yield* measureLink(target, log, limitMs);
  if (target.urlOfOpen !== undefined) yield* measureLive(target, log, limitMs);
}

/** A link to the last line, in a browser of its own. */
async function* measureLink(target, log, limitMs) {
  await log.renew();
  const page = await MeasuredPage.open(target.urlOfLine(log, log.lines), target.rows);
  try {
    const link = () => page.untilShown(lineStart(log.lines));
    yield* untilMissed(page, { link }, (step) => within(limitMs, step()), limitMs);
  } finally {
    await page.close();
  }
}

/** A log that is written while it is shown. */
async function* measureLive(target, log, limitMs) {
  const producer = await log.open();
  const page = await MeasuredPage.open(target.urlOfOpen(producer.url), target.rows);
  try {
    const lag = () => liveLag(page, producer, log.lines / FULL_LINES);
    yield* untilMissed(page, { lag }, (step) => within(limitMs, step()), limitMs);
  } finally {
    await page.close();
    producer.end();
  }
}

async function* untilMissed(page, steps, take, limitMs) {
  for (const [figure, step] of Object.entries(steps)) {
    try {
      yield { figure, value: await take(step) };
    } catch (error) {
      if (page.hasCrashed) yield { figure, hasCrashed: true };
      else if (error instanceof TooLate) yield { figure, limitMs };
      else throw error;
      return;
    }
  }
}

/** The server takes part in the search of Loom: its CPU counts as that of the page does. */
async function searchCost(page, _target, log) {
  const cpu = async () => (await page.allThreads()) + log.serverCpu();
  const before = await cpu();
  await search(page, NEEDLE, lineStart(Math.ceil(log.lines / 2)));
  return (await cpu()) - before;
}
