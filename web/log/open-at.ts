import { countText } from '../../src/words/quantities';
import type { PageAddress } from '../address/page-address';
import type { LogSource } from '../lines/log-source';
import type { Follow } from './follow';
import type { LinkedLines } from './linked-lines';
import type { LogView } from './log-view';

export interface OpenedLog {
  readonly source: LogSource;
  readonly view: LogView;
  readonly linked: LinkedLines;
  readonly follow: Follow;
  /** Says that the address leads nowhere. */
  say(sentence: string): void;
}

/**
 * Shows what the address names, as soon as it is known. Without a place in it: the end of an open stream, or the start of a closed one.
 * @param place the line where the reader was before, if it is not the first: it comes first
 */
export async function openAt(address: PageAddress, log: OpenedLog, place = 0): Promise<void> {
  const { source, view, linked, follow } = log;
  if (address.lines !== undefined) linked.show(address.lines);
  const first = address.lines?.from ?? 1;
  const isStart = Object.keys(address).length === 0 && place <= 1;
  await until(source, () =>
    isStart && source.facts?.state === 'closed'
      ? true
      : source.isCounted && source.facts !== undefined && (source.lines >= first || isKnown(source)),
  );
  follow.catchUp();
  const line = await lineOf(address, log);
  if (line === undefined && place <= 1) {
    if (address.query === undefined) showStart(log);
    return;
  }
  follow.stop();
  if (place > 1) view.showLine(Math.min(place, source.lines), 'start');
  if (line === undefined) return;
  linked.show(address.lines ?? { from: line, to: line });
  if (place <= 1) view.showLine(Math.min(line, source.lines), 'center');
  if (line <= source.lines) return;
  log.say(
    `Line ${line.toLocaleString('en')} is not there yet: there are ${countText(source.lines, 'line')}.`,
  );
}

/** All lines that there are are known of, even if there are none. */
function isKnown({ connection: { kind } }: LogSource): boolean {
  return kind === 'live' || kind === 'ended' || kind === 'replaced' || kind === 'gone';
}

async function until(source: LogSource, holds: () => boolean): Promise<void> {
  if (holds()) return;
  await new Promise<void>((resolve) => {
    const stop = source.subscribe(() => {
      if (!holds()) return;
      stop();
      resolve();
    });
  });
}

async function lineOf(address: PageAddress, { source, say }: OpenedLog): Promise<number | undefined> {
  try {
    if (address.lines !== undefined) return address.lines.from;
    if (address.offset !== undefined) return await source.lineOfOffset(address.offset);
    if (address.time !== undefined) return await source.lineOfTime(address.time);
  } catch (error) {
    say(error instanceof Error ? error.message : String(error));
  }
  return undefined;
}

function showStart({ source, view, follow }: OpenedLog): void {
  if (source.facts?.state === 'closed') view.list.scrollToRow(0, 'start');
  else follow.start();
}
