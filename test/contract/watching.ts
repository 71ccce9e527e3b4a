import type { LogRef } from '../../src/core/log/log';
import { type Offset, START } from '../../src/core/log/offset';
import type { LogNews } from '../../src/core/store/news';
import { Heard } from './heard';
import { at, bytes, createLog, createLogOf, INIT, seal } from './logs';
import { expectContiguous, expectNewsOf, hasReached, readByNews } from './news';
import type { Subject } from './store.contract';

export function describeWatching(subject: Subject): void {
  function watch(log: LogRef, seen: Offset): Heard<LogNews> & { stop(): void } {
    const heard = new Heard<LogNews>();
    return Object.assign(heard, { stop: subject.store.watch(log, seen, heard.listener) });
  }

  it('a watcher gets appended bytes', async () => {
    const writer = await createLogOf(subject.store, 'abc');
    const heard = watch(writer.log, at(3));
    await subject.store.append(writer, at(3), bytes('def'));
    await heard.untilCount(1);
    expectNewsOf(heard.all, 3, 'def');
    heard.stop();
  });

  it('a watcher behind the tail is called at once, but not before `watch` returns', async () => {
    const { log } = await createLogOf(subject.store, 'abc');
    for (const seen of [0, 2]) {
      const heard = watch(log, at(seen));
      expect(heard.all).toEqual([]);
      await heard.untilCount(1);
      heard.stop();
    }
  });

  it('a watcher of a sealed log is called at once', async () => {
    const writer = await createLogOf(subject.store, 'abc');
    await seal(subject.store, writer);
    const heard = watch(writer.log, at(3));
    expect(heard.all).toEqual([]);
    await heard.untilCount(1);
    heard.stop();
  });

  it('a watcher of a removed log is called at once', async () => {
    const writer = await createLogOf(subject.store, 'abc');
    await subject.store.change(writer.log, { kind: 'remove', outcome: { kind: 'deleted' } });
    const heard = watch(writer.log, at(3));
    expect(heard.all).toEqual([]);
    await heard.untilCount(1);
    heard.stop();
  });

  it('a watcher behind the tail gets `moved` and no gap', async () => {
    const writer = await createLogOf(subject.store, 'abc');
    const heard = watch(writer.log, START);
    await subject.store.append(writer, at(3), bytes('def'));
    await heard.until((all) => all.some((news) => news.kind === 'moved'));
    expectContiguous(heard.all, START);
    heard.stop();
  });

  it('a watcher gets the seal after all bytes', async () => {
    const writer = await createLog(subject.store);
    const heard = watch(writer.log, START);
    await subject.store.append(writer, START, bytes('abc'));
    await subject.store.append(writer, at(3), bytes('def'));
    await seal(subject.store, writer);
    await heard.until(hasReached(6, { kind: 'complete' }));
    expectContiguous(heard.all, START);
    heard.stop();
  });

  it.each(['deleted', 'expired'] as const)('a watcher gets the end of a log that is %s', async (kind) => {
    const writer = await createLogOf(subject.store, 'abc');
    const heard = watch(writer.log, at(3));
    await subject.store.change(writer.log, { kind: 'remove', outcome: { kind } });
    await heard.until((all) => all.some((news) => news.kind === 'ended'));
    expect(heard.all.at(-1)).toEqual({ kind: 'ended', at: 3, outcome: { kind } });
    heard.stop();
  });

  it('a watcher gets the replacement, and nothing of the next generation', async () => {
    const old = await createLogOf(subject.store, 'abc');
    const heardOld = watch(old.log, at(3));
    const { info } = await subject.store.create(old.log.id, INIT, 'replace');
    const heardNew = watch(info, START);
    await subject.store.append({ log: info, epoch: info.epoch }, START, bytes('new'));
    await heardNew.untilCount(1);
    await heardOld.until((all) => all.some((news) => news.kind === 'ended'));
    expect(heardOld.all.filter((news) => news.kind === 'ended')).toEqual([
      { kind: 'ended', at: 3, outcome: { kind: 'replaced' } },
    ]);
    expect(heardOld.all.filter((news) => news.kind === 'bytes')).toEqual([]);
    heardOld.stop();
    heardNew.stop();
  });

  it('a stopped watcher is not called', async () => {
    const { store } = subject;
    const writer = await createLogOf(store, 'abc');
    const atOnce = watch(writer.log, START);
    atOnce.stop();
    const stopped = watch(writer.log, at(3));
    const other = watch(writer.log, at(3));
    stopped.stop();
    stopped.stop();
    await store.append(writer, at(3), bytes('def'));
    await other.untilCount(1);
    expect(atOnce.all).toEqual([]);
    expect(stopped.all).toEqual([]);
    other.stop();
  });

  it('a watcher can stop itself and start again', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    const first = new Heard<LogNews>();
    const again = new Heard<LogNews>();
    let stopAgain = (): void => {};
    const stop = store.watch(writer.log, START, (news) => {
      stop();
      first.listener(news);
      stopAgain = store.watch(writer.log, at(1), again.listener);
    });
    const other = watch(writer.log, START);
    await store.append(writer, START, bytes('a'));
    await first.untilCount(1);
    await store.append(writer, at(1), bytes('b'));
    await again.until(hasReached(2));
    await other.until(hasReached(2));
    expect(first.all).toHaveLength(1);
    stopAgain();
    other.stop();
  });

  it('every watcher of a log is called, and one function twice if it watches twice', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    const twice = new Heard<LogNews>();
    const stops = [1, 2].map(() => store.watch(writer.log, START, twice.listener));
    const others = Array.from({ length: 10 }, () => watch(writer.log, START));
    await store.append(writer, START, bytes('abc'));
    await Promise.all([twice.untilCount(2), ...others.map((other) => other.untilCount(1))]);

    stops[0]?.();
    const before = twice.all.length;
    await store.append(writer, at(3), bytes('def'));
    await Promise.all(others.map((other) => other.until(hasReached(6))));
    await twice.until((all) => all.length > before);
    stops[1]?.();
    for (const other of others) other.stop();
  });

  it('a watcher gets nothing of other logs', async () => {
    const { store } = subject;
    const [mine, other] = [await createLog(store), await createLog(store)];
    const heard = watch(mine.log, START);
    const heardOther = watch(other.log, START);
    await store.append(other, START, bytes('abc'));
    await heardOther.untilCount(1);
    await store.append(mine, START, bytes('xyz'));
    await heard.untilCount(1);
    expectNewsOf(heard.all, 0, 'xyz');
    heard.stop();
    heardOther.stop();
  });

  it('a watcher gets nothing from a closed store', async () => {
    const writer = await createLogOf(subject.store, 'abc');
    const heard = watch(writer.log, at(3));
    const { store } = subject;
    const closing = subject.close();
    // Whether a store that closes takes anything more is its own affair.
    await Promise.allSettled([store.append(writer, at(3), bytes('def')), closing]);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(heard.all).toEqual([]);
  });

  it('a reader by news gets every byte exactly once during appends', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    const readers = Array.from({ length: 4 }, () => readByNews(store, writer.log));
    const whole: Buffer[] = [];
    let tail = START;
    for (let i = 0; i < 200; i += 1) {
      const chunk = Buffer.alloc(1 + ((i * 37) % 90), i & 255);
      whole.push(chunk);
      tail = await store.append(writer, tail, [chunk]);
      if (i % 50 === 0) readers.push(readByNews(store, writer.log));
    }
    await seal(store, writer);
    const expected = Buffer.concat(whole);
    for (const read of await Promise.all(readers)) expect(read.equals(expected)).toBe(true);
  });
}
