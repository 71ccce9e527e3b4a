import type { ServerResponse } from 'node:http';
import type { BegunLine } from '../../../core/lines/begun-line';
import type { LogLines } from '../../../core/lines/log-lines';
import { isLogError } from '../../../core/log/errors';
import { isRemoval, type LogInfo, type LogOutcome, type LogRef } from '../../../core/log/log';
import { isCounted, type Loss, type LostBytes, wireGeneration } from '../../../core/log/loss';
import type { Offset } from '../../../core/log/offset';
import type { TimeMark } from '../../../core/log/time-mark';
import type { WireContext } from '../../front/wire';
import { closedState } from '../../headers/stream-state';
import { jsonBody } from '../../json/json-body';
import { JsonLines } from '../../json/json-lines';
import { LINE_OBJECT_BYTES } from '../../json/line-objects';
import { signalUntilClosed } from '../../live/consumers';
import type { LineFormat } from './line-format';
import { type StreamMoment, stateObject } from './state-object';

/** Space before the next object, which no parser takes for an object of its own. */
const HEARTBEAT = ' ';

/** Where NDJSON begins in a log. */
export interface FirstLine {
  readonly offset: Offset;
  /** The number of the line that has the byte at `offset`. */
  readonly line: number;
  /** That line, if it begins before. */
  readonly begun?: BegunLine | undefined;
}

/** Writes a JSON object per line, parts of a line whose end does not come soon, and a last object with the state of the log. */
export class NdjsonWriter implements LineFormat {
  readonly needsTimes = true;
  readonly bytesPerLine = LINE_OBJECT_BYTES;
  #lines: JsonLines;

  constructor(
    private readonly context: Pick<WireContext, 'store' | 'lines' | 'config'>,
    private readonly res: ServerResponse,
    private readonly log: LogRef,
    private readonly first: FirstLine,
  ) {
    this.#lines = this.#linesFrom(first.offset, first.line, first.begun);
    // The client waits for the head, and the first line may be far away.
    res.flushHeaders();
  }

  skipTo(offset: Offset, newlines: number): void {
    this.#lines = this.#linesFrom(offset, this.first.line + newlines);
  }

  bytes(slice: Buffer, times: readonly TimeMark[]): void {
    this.#write(this.#lines.push(slice, times));
  }

  partial(): void {
    this.#write(this.#lines.takePartial());
  }

  heartbeat(): void {
    this.res.write(HEARTBEAT);
  }

  async end(at: Offset, outcome: LogOutcome | undefined): Promise<void> {
    this.#write(this.#lines.flush());
    const moment = await this.#momentAtEnd(at, outcome);
    const state = moment.outcome === undefined ? moment.state : closedState(moment.outcome);
    this.res.addTrailers({ 'X-Stream-State': state });
    this.res.write(jsonBody(stateObject(moment)));
  }

  damaged({ from, to }: LostBytes): boolean {
    this.#write(this.#lines.flush());
    this.res.write(jsonBody({ state: 'damaged', lost: { from, to } }));
    return true;
  }

  lost(loss: Loss): boolean {
    const { from, to } = loss;
    const generation = wireGeneration({ ...this.log, losses: [loss] });
    const lost = { from, to, ...(!isCounted(loss) && { possible: true }) };
    this.res.write(jsonBody({ state: 'lost', generation, lost }));
    return true;
  }

  async #momentAtEnd(at: Offset, outcome: LogOutcome | undefined): Promise<StreamMoment> {
    const { store, lines } = this.context;
    if (outcome !== undefined && isRemoval(outcome)) return { state: 'closed', outcome, tail: at };
    const info = await store.info(this.log.id);
    if (info?.generation !== this.log.generation) {
      const removal: LogOutcome = { kind: info === undefined ? 'deleted' : 'replaced' };
      return { state: 'closed', outcome: outcome ?? removal, tail: at };
    }
    const now = outcome === undefined ? info : { ...info, state: 'closed' as const, outcome };
    return { ...now, lines: await countIfIntact(lines, info, signalUntilClosed(this.res)) };
  }

  #write(objects: Buffer | undefined): void {
    if (objects !== undefined && objects.length > 0) this.res.write(objects);
  }

  #linesFrom(offset: Offset, line: number, begun?: BegunLine): JsonLines {
    return new JsonLines(offset, line, this.context.config.search.lineBytes, begun);
  }
}

/** @returns `undefined` for a log whose lines cannot be counted because bytes of it are gone */
async function countIfIntact(
  lines: LogLines,
  info: LogInfo,
  signal: AbortSignal,
): Promise<number | undefined> {
  try {
    return (await lines.count(info, signal)).lines;
  } catch (error) {
    if (isLogError(error, 'STORE_DAMAGED')) return undefined;
    throw error;
  }
}
