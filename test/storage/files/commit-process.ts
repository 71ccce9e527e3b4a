import { writeSync } from 'node:fs';
import type { ProducerMark } from '../../../src/core/log/log';
import { parseLogId } from '../../../src/core/log/log-id';
import { FactsDatabase } from '../../../src/storage/files/facts/facts-database';
import { AMPLE } from '../../contract/commits';
import { openFilesStore } from '../../support/open-stores';

export const SHARED = parseLogId('shared');
export const PRODUCERS = ['a', 'b', 'c', 'd'];
/** How many commits of a producer are under way at once. */
const PIPELINED = 3;

/** Where the process stops within a commit: with the bytes in the file, or with all of it stored. */
export type Stop = 'before-facts' | 'before-answer' | 'never';

export function textOf({ id, sequence }: ProducerMark): Buffer {
  return Buffer.from(`${id}${sequence},${'.'.repeat(sequence % 97)};`);
}

/**
 * A process of its own that commits to a log of the store in argv[2] until it is killed. It prints a line each: `open`;
 * `<producer> <sequence> <tail>` once that is acknowledged; and `stopped`, where argv[3] asks for that, after ten of each producer.
 */
async function main(directory: string, stop: string): Promise<void> {
  const warn = (message: string): void => print(`warning ${message}`);
  const store = await openFilesStore(directory, { warn });
  const created = await store.create(SHARED, { contentType: 'text/plain' }, 'new');
  print('open');
  // It lives until it is killed.
  setInterval(() => {}, 1_000);
  const log = created.info;
  if (stop === 'never') {
    for (const id of PRODUCERS) for (let first = 0; first < PIPELINED; first += 1) void commitForEver(id);
    return;
  }
  for (let sequence = 0; sequence < 10; sequence += 1) await commit({ id: 'a', epoch: 0, sequence });
  stopAt(stop);
  await commit({ id: 'a', epoch: 0, sequence: 10 });

  async function commit(producer: ProducerMark): Promise<void> {
    const { tail } = await store.commit(log, { chunks: [textOf(producer)], producer }, AMPLE);
    print(`${producer.id} ${producer.sequence} ${tail}`);
  }

  async function commitForEver(id: string): Promise<void> {
    for (;;) {
      const sequence = next.get(id) ?? 0;
      next.set(id, sequence + 1);
      await commit({ id, epoch: 0, sequence });
    }
  }
}

const next = new Map<string, number>();

/** From here on no transaction is committed, or none is answered. */
function stopAt(stop: string): void {
  const write = FactsDatabase.prototype.write;
  FactsDatabase.prototype.write = async function stopped(this: FactsDatabase, ...args) {
    if (stop === 'before-answer') await write.apply(this, args);
    print('stopped');
    return new Promise<void>(() => {});
  };
}

/** Writes synchronously, so that a kill loses no line. */
function print(line: string): void {
  writeSync(1, `${line}\n`);
}

if (require.main === module) void main(process.argv[2] ?? '', process.argv[3] ?? '');
