import { Writable } from 'node:stream';
import { durationText } from '../../words/durations';
import { sizeText } from '../../words/quantities';
import type { Io } from './io';

const REDRAW_MS = 200;
/** The rate is that of this time: a whole average would hide that nothing moves. */
const RATE_MS = 5_000;
const BAR_WIDTH = 20;
/** Back to the first column, and clear the line. */
const CLEAR = '\r\u001b[K';

/** What a progress bar shows. */
export interface Progress {
  /** How many bytes are done. */
  readonly done: () => number;
  /** How many there will be; `undefined` if that is not known. */
  readonly total: number | undefined;
}

/** A line on a terminal that shows how far a transfer is, its rate and the time that is left. Elsewhere it shows nothing. */
export class ProgressBar {
  /** What else is printed while the bar is shown goes through this. */
  readonly io: Io;
  readonly #samples: { readonly at: number; readonly done: number }[] = [];
  readonly #timer: NodeJS.Timeout | undefined;
  #isShown = false;

  constructor(
    private readonly outer: Io,
    private readonly progress: Progress,
  ) {
    const { stderr } = outer;
    if (stderr.isTTY !== true) {
      this.io = outer;
      return;
    }
    const clearing = new Writable({
      write: (bytes: Buffer, _encoding, done) => {
        this.#clear();
        stderr.write(bytes, () => done());
      },
    });
    // Standard input is opened when it is read: a copy of all members would open it.
    this.io = Object.create(outer, { stderr: { value: Object.assign(clearing, { isTTY: true }) } });
    this.#timer = setInterval(() => this.#draw(), REDRAW_MS);
    this.#timer.unref();
  }

  /** Takes the bar away. */
  end(): void {
    clearInterval(this.#timer);
    this.#clear();
  }

  #draw(): void {
    const now = performance.now();
    const done = this.progress.done();
    this.#samples.push({ at: now, done });
    while ((this.#samples[0]?.at ?? now) < now - RATE_MS) this.#samples.shift();
    const first = this.#samples[0] ?? { at: now, done };
    const seconds = (now - first.at) / 1_000;
    const rate = seconds > 0 ? Math.max(done - first.done, 0) / seconds : 0;
    const width = columnsOf(this.outer.stderr) - 1;
    this.outer.stderr.write(CLEAR + progressText({ done, total: this.progress.total, rate }).slice(0, width));
    this.#isShown = true;
  }

  #clear(): void {
    if (this.#isShown) this.outer.stderr.write(CLEAR);
    this.#isShown = false;
  }
}

/** Renders how far a transfer is. @param rate in bytes per second */
export function progressText({
  done,
  total,
  rate,
}: {
  readonly done: number;
  readonly total: number | undefined;
  readonly rate: number;
}): string {
  const speed = `${sizeText(rate)}/s`;
  if (total === undefined) return `${sizeText(done)}  ${speed}`;
  const part = total === 0 ? 1 : Math.min(done / total, 1);
  const filled = Math.floor(part * BAR_WIDTH);
  const bar = '#'.repeat(filled).padEnd(BAR_WIDTH, '.');
  const left = rate > 0 ? `  ${durationText(Math.ceil((total - done) / rate) * 1_000)} left` : '';
  const percent = `${Math.floor(part * 100)}%`.padStart(4);
  return `${percent} [${bar}] ${sizeText(done)} of ${sizeText(total)}  ${speed}${left}`;
}

function columnsOf(output: Io['stderr']): number {
  return 'columns' in output && typeof output.columns === 'number' && output.columns > 1
    ? output.columns
    : 80;
}
