import { randomUUID } from 'node:crypto';
import type { LogErrorCode } from '../../src/core/log/errors';
import {
  type LogInfo,
  type LogInit,
  type LogOutcome,
  type LogRef,
  type Writer,
  writerOf,
} from '../../src/core/log/log';
import { type LogId, parseLogId } from '../../src/core/log/log-id';
import { advance, type Offset, START } from '../../src/core/log/offset';
import type { Change } from '../../src/core/store/change';
import type { ListQuery } from '../../src/core/store/list-query';
import type { LogStore, Page } from '../../src/core/store/store';

/** Long enough that no log of a test is overdue by itself. */
export const INIT = { contentType: 'text/plain', graceMs: 600_000 } as const satisfies LogInit;

export function uniqueId(name = 'log'): LogId {
  return parseLogId(`${name}-${randomUUID()}`);
}

export async function createLog(
  store: LogStore,
  init: Partial<LogInit> = {},
  id: LogId = uniqueId(),
): Promise<Writer> {
  const { info } = await store.create(id, { ...INIT, ...init }, 'new');
  return writerOf(info);
}

/** A log that holds `content` already. */
export async function createLogOf(store: LogStore, content: string | Buffer): Promise<Writer> {
  const writer = await createLog(store);
  await store.append(writer, START, [Buffer.from(content)]);
  return writer;
}

export async function attach(store: LogStore, log: LogRef, graceMs: number = INIT.graceMs): Promise<Writer> {
  return writerOf(await store.change(log, { kind: 'attach', graceMs }));
}

export function seal(store: LogStore, writer: Writer): Promise<LogInfo> {
  return store.change(writer.log, { kind: 'seal', epoch: writer.epoch, outcome: { kind: 'complete' } });
}

export function at(offset: number): Offset {
  return advance(START, offset);
}

export function bytes(text: string): Buffer[] {
  return [Buffer.from(text)];
}

export interface Content {
  readonly bytes: Buffer;
  readonly end: LogOutcome | undefined;
}

/** Everything from `from` up to the tail. */
export async function readAll(
  store: LogStore,
  log: LogRef,
  from: Offset = START,
  bytesMax = 256 * 1024,
): Promise<Content> {
  const chunks: Buffer[] = [];
  const pages: Page[] = [];
  for (let offset = from; ; ) {
    const page = await store.read(log, offset, bytesMax);
    pages.push(page);
    const length = page.chunks.reduce((sum, chunk) => sum + chunk.length, 0);
    expect(page.next).toBe(offset + length);
    chunks.push(...page.chunks);
    if (length === 0 || page.end !== undefined) {
      const bytes = Buffer.concat(chunks);
      for (const { release } of pages) release?.();
      return { bytes, end: page.end };
    }
    offset = page.next;
  }
}

export async function textOf(store: LogStore, log: LogRef): Promise<string> {
  return (await readAll(store, log)).bytes.toString();
}

export async function infoOf(store: LogStore, id: LogId): Promise<LogInfo> {
  const info = await store.info(id);
  if (info === undefined) throw new Error(`there is no log ${id}`);
  return info;
}

/** What all pages together hold, from the query's cursor on. */
export async function listAll(store: LogStore, query: ListQuery): Promise<LogInfo[]> {
  const logs: LogInfo[] = [];
  for (let next = query; ; ) {
    const page = await store.list(next);
    expect(page.logs.length).toBeLessThanOrEqual(query.limit);
    logs.push(...page.logs);
    if (page.next === undefined) return logs;
    expect(page.next).not.toBe(next.cursor);
    next = { ...query, cursor: page.next };
  }
}

export async function expectCode(promise: Promise<unknown>, code: LogErrorCode): Promise<void> {
  await expect(promise).rejects.toMatchObject({ name: 'LogError', code });
}

/** One change of every kind. */
export function everyChange(epoch: number): readonly Change[] {
  return [
    { kind: 'attach', graceMs: 1 },
    { kind: 'release', epoch, state: 'open' },
    { kind: 'annotate', epoch, patch: { a: 1 } },
    { kind: 'seal', epoch, outcome: { kind: 'complete' } },
    { kind: 'abandon', now: Date.now(), reason: 'late' },
    { kind: 'remove', outcome: { kind: 'deleted' } },
  ];
}

/** Resolves once the clock shows another millisecond, so that what comes next has a later time. */
export async function nextMillisecond(): Promise<void> {
  const before = Date.now();
  while (Date.now() <= before) await new Promise((resolve) => setTimeout(resolve, 1));
}
