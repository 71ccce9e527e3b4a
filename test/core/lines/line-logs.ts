import type { LogInfo, Writer } from '../../../src/core/log/log';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import type { LogStore } from '../../../src/core/store/store';
import { createLog } from '../stores';

export const NEVER = new AbortController().signal;

export function at(offset: number): Offset {
  return advance(START, offset);
}

/** An open log of these appends. */
export async function logOf(store: LogStore, ...texts: readonly (string | Buffer)[]): Promise<Writer> {
  const writer = await createLog(store);
  for (const text of texts) await appendTo(store, writer, text);
  return writer;
}

export async function appendTo(store: LogStore, writer: Writer, text: string | Buffer): Promise<void> {
  const { tail } = await infoOf(store, writer);
  await store.append(writer, tail, [Buffer.from(text)]);
}

export async function seal(store: LogStore, { log, epoch }: Writer): Promise<void> {
  await store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
}

export async function infoOf(store: LogStore, { log }: Writer): Promise<LogInfo> {
  const info = await store.info(log.id);
  if (info === undefined) throw new Error('the log is gone');
  return info;
}
