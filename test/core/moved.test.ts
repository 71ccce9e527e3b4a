import { getEventListeners } from 'node:events';
import { waitForNews } from '../../src/core/follow/wait-for-news';
import { advance, START } from '../../src/core/log/offset';
import { createLog, createLogOf, ObservedStore } from './stores';

describe('waiting for a log to move', () => {
  it('is over with the bytes that come', async () => {
    const store = new ObservedStore();
    const writer = await createLog(store);
    const waiting = waitForNews(store, writer.log, START, new AbortController().signal);
    await store.append(writer, START, [Buffer.from('abc')]);
    expect(await waiting).toEqual({ kind: 'bytes', from: 0, chunks: [Buffer.from('abc')] });
    expect(store.watching).toBe(0);
  });

  it('is over at once when the log is past that already', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    expect(await waitForNews(store, log, advance(START, 2), new AbortController().signal)).toEqual({
      kind: 'moved',
    });
    expect(store.watching).toBe(0);
  });

  it('is over at once when the log is sealed already', async () => {
    const store = new ObservedStore();
    const { log, epoch } = await createLog(store);
    await store.change(log, { kind: 'seal', epoch, outcome: { kind: 'complete' } });
    expect(await waitForNews(store, log, START, new AbortController().signal)).toEqual({ kind: 'moved' });
  });

  it('is over with the end', async () => {
    const store = new ObservedStore();
    const { log } = await createLogOf(store, 'abc');
    const waiting = waitForNews(store, log, advance(START, 3), new AbortController().signal);
    await store.change(log, { kind: 'remove', outcome: { kind: 'expired' } });
    expect(await waiting).toEqual({ kind: 'ended', at: 3, outcome: { kind: 'expired' } });
  });

  it('throws the reason when it is aborted, before or meanwhile, and leaves nothing behind', async () => {
    const store = new ObservedStore();
    const { log } = await createLog(store);
    const gone = new Error('gone');
    await expect(waitForNews(store, log, START, AbortSignal.abort(gone))).rejects.toBe(gone);

    const controller = new AbortController();
    const waiting = waitForNews(store, log, START, controller.signal);
    expect(store.watching).toBe(1);
    controller.abort(gone);
    await expect(waiting).rejects.toBe(gone);
    expect(store.watching).toBe(0);
    expect(getEventListeners(controller.signal, 'abort')).toHaveLength(0);
  });

  it('leaves no listener at a signal that goes on', async () => {
    const store = new ObservedStore();
    const writer = await createLog(store);
    const { signal } = new AbortController();
    for (let i = 0; i < 5; i += 1) {
      const waiting = waitForNews(store, writer.log, advance(START, i), signal);
      await store.append(writer, advance(START, i), [Buffer.from('x')]);
      await waiting;
    }
    expect(getEventListeners(signal, 'abort')).toHaveLength(0);
  });
});
