import { writeSync } from 'node:fs';
import { setImmediate } from 'node:timers/promises';
import { LogError } from '../../../src/core/log/errors';
import { type LogInfo, type LogInit, writerOf } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import type { LogStore } from '../../../src/core/store/store';
import { openFilesStore } from '../../support/open-stores';
import { patternAt } from './pattern';

const AMPLE = { logBytesMax: 1 << 30, producersMax: 10 };
/** How many ids come and go. */
const IDS = 6;

/**
 * A process of its own that makes, replaces, forks, removes and lets expire the logs of the store in argv[2] until it is killed. It
 * prints a line each: `refused <reason>`; `warning <message>`; or `open`, and then what is about to happen to an id and what has:
 *
 *   <id> ?             anything may be under the id from now on
 *   <id> <generation> <tail>    this log is there, and has so many bytes of the pattern
 *   <id> -             there is none
 */
async function main(directory: string): Promise<void> {
  let store: LogStore;
  try {
    store = await openFilesStore(directory, {
      warn: (message) => print(`warning ${message}`),
      openFiles: 4,
    });
  } catch (error) {
    print(`refused ${String(error)}`);
    return;
  }
  print('open');
  await Promise.all(Array.from({ length: IDS }, (_, n) => churn(store, n)));
}

async function churn(store: LogStore, n: number): Promise<void> {
  for (let turn = n; ; turn += 1) {
    await live(store, `log-${n}`, turn).catch((error) => {
      // The source of a fork may be gone, and the id of one that has forks stays taken.
      if (!(error instanceof LogError)) throw error;
    });
    await setImmediate();
  }
}

/** One life of an id: made in one of several ways, grown, and mostly removed again. */
async function live(store: LogStore, name: string, turn: number): Promise<void> {
  const id = parseLogId(name);
  print(`${name} ?`);
  const { info } = await store.create(id, await initOf(store, turn), 'replace');
  print(`${name} ${info.generation} ${info.tail}`);
  const tail = await grown(store, info, turn);
  print(`${name} ${info.generation} ${tail}`);
  if (turn % 3 === 0) return;
  print(`${name} ?`);
  await store.change(info, { kind: 'remove', outcome: { kind: turn % 2 === 0 ? 'deleted' : 'expired' } });
  print(`${name} -`);
}

async function initOf(store: LogStore, turn: number): Promise<LogInit> {
  const contentType = 'text/plain';
  const source = await store.info(parseLogId(`log-${turn % IDS}`)).catch(() => undefined);
  switch (turn % 4) {
    case 0:
      return { contentType, graceMs: 600_000, metadata: { turn } };
    case 1:
      return { contentType, first: { chunks: [patternAt(0, 500 + turn)] } };
    case 2:
      return source === undefined ? { contentType } : { contentType, fork: { source, at: source.tail } };
    default:
      return { contentType };
  }
}

async function grown(store: LogStore, info: LogInfo, turn: number): Promise<number> {
  const chunks = [patternAt(info.tail, 100 + turn)];
  if (turn % 4 !== 0) return (await store.commit(info, { chunks }, AMPLE)).tail;
  const tail = await store.append(writerOf(info), info.tail, chunks);
  await store.change(info, { kind: 'seal', epoch: info.epoch, outcome: { kind: 'complete' } });
  return tail;
}

/** Writes synchronously, so that a kill loses no line. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}

void main(process.argv[2] ?? '');
