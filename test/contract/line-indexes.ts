import { randomBytes } from 'node:crypto';
import type { LogRef } from '../../src/core/log/log';
import { generateGeneration } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import type { LogStore } from '../../src/core/store/store';
import { createOpenLog, remove } from './commits';
import { bytes, expectCode, nextMillisecond, readAll, uniqueId } from './logs';
import type { Subject } from './store.contract';

export function describeLineIndexes(subject: Pick<Subject, 'store'>): void {
  const sealed = (): Promise<LogRef> => sealedLog(subject.store);

  it('is what was saved, byte by byte', async () => {
    const { store } = subject;
    for (const index of [Buffer.from(Array.from({ length: 512 }, (_, i) => i & 255)), randomBytes(300_000)]) {
      const log = await sealed();
      expect(await store.loadLineIndex(log)).toBeUndefined();
      await store.saveLineIndex(log, index);
      expect((await store.loadLineIndex(log))?.equals(index)).toBe(true);
      expect((await readAll(store, log)).bytes.toString()).toBe('a\nb\n');
    }
  });

  it('is the one that was saved last', async () => {
    const log = await sealed();
    for (const text of ['a long one', 'short']) await subject.store.saveLineIndex(log, Buffer.from(text));
    expect((await subject.store.loadLineIndex(log))?.toString()).toBe('short');
  });

  it('is gone with the log', async () => {
    const log = await sealed();
    await subject.store.saveLineIndex(log, Buffer.from('index'));
    await remove(subject.store, log);
    await expectRefused(log);
    const next = await sealedLog(subject.store, log.id);
    expect(await subject.store.loadLineIndex(next)).toBeUndefined();
  });

  it('is gone with a log that is replaced, and is not that of the new one', async () => {
    const { store } = subject;
    const log = await sealed();
    await store.saveLineIndex(log, Buffer.from('index'));
    const { info } = await store.create(log.id, { contentType: 'text/plain' }, 'replace');
    await expectRefused(log);
    expect(await store.loadLineIndex(info)).toBeUndefined();
    await store.saveLineIndex(info, Buffer.from('new'));
    expect((await store.loadLineIndex(info))?.toString()).toBe('new');
    await expectRefused(log);
  });

  it('is gone with a log that has expired', async () => {
    const { store } = subject;
    const log = await createOpenLog(store, { expiry: { kind: 'idle', ttlMs: 1 } });
    for (let i = 0; i < 3; i += 1) await nextMillisecond();
    await expectRefused(log);
  });

  it('is refused for a generation that does not exist', async () => {
    const log = await sealed();
    await expectRefused({ id: log.id, generation: generateGeneration() });
    await expectRefused({ id: uniqueId(), generation: log.generation });
    expect(await subject.store.loadLineIndex(log)).toBeUndefined();
  });

  it('is not that of its source if the log is a fork', async () => {
    const { store } = subject;
    const log = await sealed();
    await store.saveLineIndex(log, Buffer.from('index'));
    const { tail } = await store.readTimed(log, START, 10).then(({ next }) => ({ tail: next }));
    const fork = await createOpenLog(store, { fork: { source: log, at: tail } });
    expect(await store.loadLineIndex(fork)).toBeUndefined();
    await remove(store, log);
    expect(await store.loadLineIndex(fork)).toBeUndefined();
  });

  async function expectRefused(log: LogRef): Promise<void> {
    await expectCode(subject.store.loadLineIndex(log), 'LOG_GONE');
    await expectCode(subject.store.saveLineIndex(log, Buffer.from('late')), 'LOG_GONE');
    await expectCode(subject.store.loadLineIndex(log), 'LOG_GONE');
  }
}

async function sealedLog(store: LogStore, id = uniqueId()): Promise<LogRef> {
  return createOpenLog(store, { first: { chunks: bytes('a\nb\n'), seal: { kind: 'complete' } } }, id);
}
