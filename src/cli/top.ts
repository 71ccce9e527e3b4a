import { isClientError, type ListedStream, type LoomClient } from '../client';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { parseDuration } from './arguments/duration';
import { UsageError } from './arguments/usage-error';
import { wantsColor } from './arguments/wants-color';
import { EXIT, signalExit } from './exit-code';
import { errorText } from './output/error-text';
import { type Io, STOP_SIGNALS, type StopSignal, say, write } from './output/io';
import { rateTable } from './top/rate-table';
import { StreamRates } from './top/stream-rates';

const PAGE_SIZE = 1_000;
/** More open streams than these are not compared: the newest are. */
const STREAMS_MAX = 10_000;
const INTERVAL_MS = 2_000;
const INTERVAL_MIN_MS = 100;
/** How many streams a table to a file has. */
const ROWS = 20;
/** The lines of a terminal that are not streams: the summary, the header, how many more, and the cursor's. */
const OTHER_LINES = 4;

/** The other screen of a terminal, without a cursor, and back. */
const [ENTER, LEAVE] = ['\u001b[?1049h\u001b[?25l', '\u001b[?25h\u001b[?1049l'];
const HOME = '\u001b[H';
const CLEAR_BELOW = '\u001b[J';
const CLEAR_LINE = '\u001b[K';

/** Runs `stream top`: live on a terminal until a signal, otherwise once. @returns the exit code */
export async function top(invocation: Invocation, io: Io): Promise<number> {
  const { flags } = invocation;
  const every = flags.text('interval');
  const intervalMs = every === undefined ? INTERVAL_MS : parseDuration(every, '--interval');
  if (intervalMs < INTERVAL_MIN_MS) throw new UsageError(`--interval must be at least ${INTERVAL_MIN_MS}ms`);
  const limit = flags.count('limit');
  const client = clientOf(invocation);
  const hasColor = wantsColor(flags, io);
  const source = new OpenStreams(client, flags.text('prefix'), io);
  const render = (): string => {
    const height = io.stdout.isTTY ? (io.stdout.rows ?? ROWS + OTHER_LINES) : undefined;
    const rows = limit ?? (height === undefined ? ROWS : Math.max(height - OTHER_LINES, 1));
    const width = (io.stdout.isTTY && io.stdout.columns) || Number.POSITIVE_INFINITY;
    return rateTable(source.rates, { rows, width, hasColor, now: Date.now() });
  };
  if (io.stdout.isTTY !== true) {
    await source.read();
    await pause(intervalMs);
    await source.read();
    await write(io.stdout, render());
    return EXIT.ok;
  }
  return live(source, { render, intervalMs }, io);
}

interface Screen {
  readonly render: () => string;
  readonly intervalMs: number;
}

async function live(source: OpenStreams, { render, intervalMs }: Screen, io: Io): Promise<number> {
  const stop = new AbortController();
  let signalled: StopSignal | undefined;
  io.onSignal(STOP_SIGNALS, (signal) => {
    signalled = signal;
    stop.abort();
  });
  // What is wrong with the URL or the token is said on the usual screen.
  await source.read(stop.signal);
  await write(io.stdout, ENTER);
  try {
    while (!stop.signal.aborted) {
      await pause(intervalMs, stop.signal);
      const trouble = await source.read(stop.signal).then(() => '', passing);
      const text = trouble === '' ? render() : `${trouble}; trying again\n`;
      await write(io.stdout, HOME + text.replaceAll('\n', `${CLEAR_LINE}\n`) + CLEAR_BELOW);
    }
  } catch (error) {
    if (!stop.signal.aborted) throw error;
  } finally {
    await write(io.stdout, LEAVE);
  }
  return signalled === undefined || signalled === 'SIGINT' ? EXIT.ok : signalExit(signalled);
}

/** @returns the words for an error that may pass @throws the others */
function passing(error: unknown): string {
  if (isClientError(error, 'UNREACHABLE') || isClientError(error, 'BUSY')) return errorText(error);
  throw error;
}

/** Reads the list of the open streams again and again. */
class OpenStreams {
  readonly #rates = new StreamRates();
  #found: ReturnType<StreamRates['update']>;
  #hasWarned = false;

  constructor(
    private readonly client: LoomClient,
    private readonly prefix: string | undefined,
    private readonly io: Io,
  ) {}

  /** The fastest first, as of the last two lists. */
  get rates(): NonNullable<ReturnType<StreamRates['update']>> {
    return this.#found ?? [];
  }

  /** @throws LoomClientError; the signal's reason */
  async read(signal?: AbortSignal): Promise<void> {
    const at = performance.now();
    const streams: ListedStream[] = [];
    const all = this.client.list({
      state: 'open',
      pageSize: PAGE_SIZE,
      ...(this.prefix !== undefined && { prefix: this.prefix }),
      ...(signal !== undefined && { signal }),
    });
    for await (const stream of all) {
      if (streams.length === STREAMS_MAX) {
        this.#warn();
        break;
      }
      streams.push(stream);
    }
    this.#found = this.#rates.update(streams, at);
  }

  #warn(): void {
    if (!this.#hasWarned && this.io.stdout.isTTY !== true)
      say(
        this.io,
        `more than ${STREAMS_MAX} streams are open: only the newest are compared; --prefix selects`,
      );
    this.#hasWarned = true;
  }
}

/** @throws the signal's reason */
function pause(ms: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, ms);
    function done(): void {
      signal?.removeEventListener('abort', cut);
      resolve();
    }
    function cut(): void {
      clearTimeout(timer);
      reject(signal?.reason);
    }
    if (signal?.aborted) cut();
    else signal?.addEventListener('abort', cut, { once: true });
  });
}
