import { writeSync } from 'node:fs';
import { messageOf } from '../../../src/core/log/errors';
import { writerOf } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import { START } from '../../../src/core/log/offset';
import type { LogStore } from '../../../src/core/store/store';
import { openFilesStore } from '../../support/open-stores';
import { patternAt } from './pattern';

/**
 * A process of its own that opens the store in argv[2] and appends to `argv[3]` logs until it is killed. What it says, a line each:
 * `refused <reason>`; or `open`, and then `<id> <tail>` once that tail is acknowledged.
 */
async function main(directory: string, logs: number): Promise<void> {
  const warn = (message: string): void => print(`warning ${message}`);
  let store: LogStore;
  try {
    store = await openFilesStore(directory, { warn, openFiles: 2 });
  } catch (error) {
    print(`refused ${messageOf(error)}`);
    return;
  }
  print('open');
  // It lives until it is killed, with or without logs to write.
  setInterval(() => {}, 1_000);
  await Promise.all(Array.from({ length: logs }, (_, n) => appendForEver(store, `log-${n}`)));
}

async function appendForEver(store: LogStore, name: string): Promise<void> {
  const { info } = await store.create(
    parseLogId(name),
    { contentType: 'text/plain', graceMs: 60_000 },
    'new',
  );
  for (let tail = START, turn = 0; ; turn += 1) {
    const chunks = [1, 700, 9_000].map((bytes) => bytes + (turn % 50));
    let at: number = tail;
    const pieces = chunks.map((bytes) => {
      at += bytes;
      return patternAt(at - bytes, bytes);
    });
    tail = await store.append(writerOf(info), tail, pieces);
    print(`${name} ${tail}`);
  }
}

/** Writes synchronously, so that a kill loses no line. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}

void main(process.argv[2] ?? '', Number(process.argv[3] ?? 0));
