import { existsSync, readFileSync } from 'node:fs';
import { chromium } from 'playwright-core';
import { usageOf } from '../harness/usage.mjs';
import { installScreen } from './screen.mjs';
import { Traffic } from './traffic.mjs';

const CHROMIUM = process.env.CHROMIUM ?? '/usr/bin/chromium';
const VIEWPORT = { width: 1280, height: 800 };
const MS = 1000;
const KIB = 1024;
const ARGS = [
  '--no-sandbox',
  // Wheel events move by exactly what they say.
  '--disable-smooth-scrolling',
  // So that there is one process of pages.
  '--disable-features=SpareRendererForSitePerProcess',
];

/** For `needs` of a target. */
export const chromiumPart = {
  name: CHROMIUM,
  isThere: () => existsSync(CHROMIUM),
  remedy: 'apt-get install -y chromium',
};

/** A browser that was started for one page, what a person does there, and what it costs. */
export class MeasuredPage {
  #browser;
  #page;
  #session;
  #pid;

  /** @param rows see targets.mjs */
  static async open(url, rows) {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    try {
      const page = await browser.newPage({ viewport: VIEWPORT });
      const session = await page.context().newCDPSession(page);
      await page.addInitScript(installScreen, rows);
      await session.send('Performance.enable', { timeDomain: 'threadTicks' });
      const traffic = await Traffic.of(session);
      await page.goto(url, { waitUntil: 'commit' });
      return new MeasuredPage(browser, page, session, traffic);
    } catch (error) {
      await browser.close();
      throw error;
    }
  }

  constructor(browser, page, session, traffic) {
    this.traffic = traffic;
    this.#browser = browser;
    this.#page = page;
    this.#session = session;
  }

  static async version() {
    const browser = await chromium.launch({ executablePath: CHROMIUM, args: ARGS });
    const version = browser.version();
    await browser.close();
    return version;
  }

  /** The value of an expression in the page: a promise is awaited. */
  async evaluate(expression) {
    const { result, exceptionDetails } = await this.#session.send('Runtime.evaluate', {
      ...{ expression, awaitPromise: true, returnByValue: true },
    });
    if (exceptionDetails !== undefined)
      throw new Error(exceptionDetails.exception?.description ?? exceptionDetails.text);
    return result.value;
  }

  /** Resolves with the milliseconds since the navigation once a line that has this text is in view. */
  untilShown(text) {
    return this.evaluate(`screenOfLog.untilShown(${JSON.stringify(text)})`);
  }

  /** The same for any line of the log. */
  untilAnyLine() {
    return this.evaluate('screenOfLog.untilAnyLine()');
  }

  /** Resolves once this line is in view. @returns what each frame showed, see screen.mjs */
  untilLastOf(line) {
    return this.evaluate(`screenOfLog.untilLastOf(${line})`);
  }

  /** Resolves when the page says that it has the whole log. */
  async untilWhole() {
    await this.#page.waitForFunction(() => document.documentElement.dataset.whole === 'yes', null, {
      timeout: 0,
    });
  }

  /** How many `rows` and how many `elements` are in the document. */
  counts() {
    return this.evaluate('screenOfLog.counts()');
  }

  /** The number of the first line in view; `undefined` if no line is there yet. */
  firstVisible() {
    return this.evaluate('screenOfLog.firstLine()');
  }

  click({ x, y }) {
    return this.#page.mouse.click(x, y);
  }

  press(keys) {
    return this.#page.keyboard.press(keys);
  }

  insert(text) {
    return this.#page.keyboard.insertText(text);
  }

  /** Turns the mouse's wheel over the middle of the page: `px` upwards, at `speed` px per second. */
  async turnWheel(px, speed) {
    await this.#session.send('Input.synthesizeScrollGesture', {
      ...{ x: VIEWPORT.width / 2, y: VIEWPORT.height / 2, yDistance: px, speed },
      ...{ gestureSourceType: 'mouse', preventFling: true },
    });
  }

  /** In how many frames the page has seen it turn. */
  wheelTurns() {
    return this.evaluate('screenOfLog.turns()');
  }

  /** Milliseconds of CPU that the main thread has taken so far. */
  async mainThread() {
    const { metrics } = await this.#session.send('Performance.getMetrics');
    return metrics.find(({ name }) => name === 'ThreadTime').value * MS;
  }

  /** Milliseconds of CPU that all threads of the page's process have taken so far. */
  async allThreads() {
    return usageOf([await this.#process()]).cpu * MS;
  }

  /** Bytes of JavaScript's objects and of their buffers that are still used after a collection. */
  async heap() {
    await this.#session.send('HeapProfiler.collectGarbage');
    await this.#session.send('HeapProfiler.collectGarbage');
    const { usedSize, backingStorageSize = 0 } = await this.#session.send('Runtime.getHeapUsage');
    return usedSize + backingStorageSize;
  }

  /** Bytes of memory of the page's process, each shared page counted in part. */
  async memory() {
    const rollup = readFileSync(`/proc/${await this.#process()}/smaps_rollup`, 'utf8');
    return Number(/^Pss:\s+(\d+)/m.exec(rollup)[1]) * KIB;
  }

  close() {
    return this.#browser.close();
  }

  /** Asked for only once the page shows something: by then it is the busiest of the processes that pages have had. */
  async #process() {
    this.#pid ??= await pidOfPages(this.#browser);
    return this.#pid;
  }
}

async function pidOfPages(browser) {
  const session = await browser.newBrowserCDPSession();
  const { processInfo } = await session.send('SystemInfo.getProcessInfo');
  await session.detach();
  const renderers = processInfo.filter(({ type }) => type === 'renderer');
  return renderers.reduce((most, each) => (each.cpuTime > most.cpuTime ? each : most)).id;
}
