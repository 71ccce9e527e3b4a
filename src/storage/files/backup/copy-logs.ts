import { catchLogError } from '../../../core/log/errors';
import { Semaphore } from '../../../core/scheduling/semaphore';
import { unlinkIfExists } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import type { FactsDatabase } from '../facts/facts-database';
import type { StoredFacts } from '../facts/stored-facts';
import { copyLog } from './copy-log';

const BATCH = 256;
/** How many files are copied at once. */
const FILES_AT_ONCE = 8;

interface CopyContext {
  readonly from: Layout;
  readonly to: Layout;
  /** The copied facts, which say which logs are copied. */
  readonly facts: FactsDatabase;
  /** Whether the store still has the log. */
  isThere(generation: string): boolean;
  /** Called for each file that is written. */
  onFile(path: string): Promise<void>;
  readonly print: (line: string) => void;
}

/** How much was copied. */
export interface CopiedLogs {
  readonly logs: number;
  readonly bytes: number;
}

/** Copies the bytes of all logs that the copied facts know, and removes from the facts those that were removed meanwhile. */
export async function copyLogs(context: CopyContext): Promise<CopiedLogs> {
  const { facts, print } = context;
  const files = new Semaphore(FILES_AT_ONCE);
  let [logs, bytes] = [0, 0];
  for await (const batch of facts.oldestFirst(BATCH)) {
    const all = batch.map(({ generation }) => files.run(() => copyOne(context, generation)));
    const removed: StoredFacts[] = [];
    for (const copied of await Promise.all(all)) {
      if (copied.kind === 'removed') {
        if (copied.facts !== undefined) removed.push(copied.facts);
        continue;
      }
      logs += 1;
      bytes += copied.bytes;
      if (copied.damage !== undefined) print(copied.damage);
    }
    await forget(facts, removed);
  }
  return { logs, bytes };
}

type Copied =
  | { readonly kind: 'kept'; readonly bytes: number; readonly damage?: string }
  | { readonly kind: 'removed'; readonly facts: StoredFacts | undefined };

async function copyOne(context: CopyContext, generation: string): Promise<Copied> {
  const { from, to, facts } = context;
  const known = catchLogError(
    'STORE_DAMAGED',
    () => facts.get(generation),
    () => undefined,
  );
  const name = known?.info.id ?? generation;
  const copied = await copyLog(from, to, generation, known);
  if (copied.kind === 'missing') {
    if (context.isThere(generation))
      return { kind: 'kept', bytes: 0, damage: damaged(name, 'its file is missing') };
    await removeCopy(to, generation);
    return { kind: 'removed', facts: known };
  }
  for (const path of copied.paths) await context.onFile(path);
  const { bytes, damage } = copied;
  return { kind: 'kept', bytes, ...(damage !== undefined && { damage: damaged(name, damage) }) };
}

function damaged(name: string, why: string): string {
  return `${name}: damaged in the store, and so in the backup: ${why}`;
}

async function removeCopy(to: Layout, generation: string): Promise<void> {
  for (const path of [to.logOf(generation), ...to.sidecarsOf(generation)]) await unlinkIfExists(path);
}

/** In one transaction, because each one waits for the disk. */
async function forget(facts: FactsDatabase, removed: readonly StoredFacts[]): Promise<void> {
  if (removed.length === 0) return;
  const steps = removed.map((before) => ({
    before,
    forkRefs: facts.forkRefs.stepsOfRemoval(before.info, 'removed'),
  }));
  await facts.write(steps);
}
