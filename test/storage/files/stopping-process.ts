import { writeSync } from 'node:fs';
import { writerOf } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import { openFilesStore } from '../../support/open-stores';

const LOG = parseLogId('log');

/**
 * A process of its own that opens the store in argv[2], appends to one log and closes the store, again and again. It prints a line
 * each: `open`; `<tail>` once that is acknowledged; `closing`; `closed <tail>`.
 */
async function main(directory: string): Promise<void> {
  const warn = (message: string): void => print(`warning ${message}`);
  // No sync comes by itself.
  const options = { warn, syncInterval: 600_000 };
  for (let first = true; ; first = false) {
    const store = await openFilesStore(directory, options);
    print('open');
    const info = first
      ? (await store.create(LOG, { contentType: 'text/plain', graceMs: 60_000 }, 'new')).info
      : await store.change(await there(store.info(LOG)), { kind: 'attach', graceMs: 60_000 });
    const writer = writerOf(info);
    let tail = info.tail;
    for (let n = 0; n < 2; n += 1) {
      tail = await store.append(writer, tail, [Buffer.from('0123456789')]);
      print(String(tail));
    }
    print('closing');
    await store.close();
    print(`closed ${tail}`);
  }
}

async function there<T>(promise: Promise<T | undefined>): Promise<T> {
  const value = await promise;
  if (value === undefined) throw new Error('the log is gone');
  return value;
}

/** Writes synchronously, so that a kill loses no line. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}

void main(process.argv[2] ?? '');
