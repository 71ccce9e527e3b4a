import { stat } from 'node:fs/promises';
import { advance, type Offset, START } from '../../core/offset';
import type { Facts, LogFacts, Step } from './facts';
import { isMissing } from './failures';
import type { Layout } from './layout';
import type { Warn } from './options';
import type { Room } from './room';

/** Small enough that no transaction needs more room than is kept for one. */
const BATCH = 32;

export interface Recovery {
  readonly layout: Layout;
  readonly facts: Facts;
  readonly room: Room;
  readonly warn: Warn;
}

/**
 * Brings the facts up to what the files hold, once, before anybody uses the store: a log that was not sealed has lost its
 * producer with the last process, and its tail is where its file ends. Sealed logs are not looked at, however many there are.
 */
export async function recover({ layout, facts, room, warn }: Recovery): Promise<void> {
  const unsealed = facts.unsealed();
  for (let done = 0; done < unsealed.length; done += BATCH) {
    const batch = unsealed.slice(done, done + BATCH);
    const steps = await Promise.all(
      batch.map((generation) => interrupt(layout, facts.get(generation), warn)),
    );
    await room.write('change', () => facts.write(steps.filter((step) => step !== undefined)));
  }
}

async function interrupt(
  layout: Layout,
  before: LogFacts | undefined,
  warn: Warn,
): Promise<Step | undefined> {
  if (before === undefined) return undefined;
  const { info, graceMs } = before;
  const { tail, changedAt } = await fileOf(layout.logOf(info.generation));
  if (tail < info.tail) {
    warn(`Stream ${info.id} lost the bytes ${tail} to ${info.tail}, which had been acknowledged`, {
      id: info.id,
      generation: info.generation,
      from: tail,
      to: info.tail,
    });
  }
  const recovered = {
    ...info,
    state: 'interrupted' as const,
    // Whoever wrote before must not go on where another may have attached meanwhile.
    epoch: info.epoch + 1,
    tail,
    updatedAt: Math.max(info.updatedAt, changedAt),
  };
  return { before, after: { info: recovered, graceMs, deadline: Date.now() + graceMs } };
}

/** A log that never had a byte has no file. */
async function fileOf(path: string): Promise<{ tail: Offset; changedAt: number }> {
  try {
    const { size, mtimeMs } = await stat(path);
    return { tail: advance(START, size), changedAt: Math.floor(mtimeMs) };
  } catch (error) {
    if (isMissing(error)) return { tail: START, changedAt: 0 };
    throw error;
  }
}
