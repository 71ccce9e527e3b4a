import { randomBytes } from 'node:crypto';
import type { SealOutcome } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import type { LifecycleEvent, LogNews } from '../../src/core/store/news';
import { AMPLE, commit, createOpenLog, mark, remove } from './commits';
import { Heard } from './heard';
import {
  at,
  attach,
  bytes,
  createLog,
  createLogOf,
  expectCode,
  INIT,
  infoOf,
  nextMillisecond,
  readAll,
  seal,
  textOf,
  uniqueId,
} from './logs';
import { expectContiguous, hasReached, readByNews } from './news';
import type { Subject } from './store.contract';

const COMPLETE: SealOutcome = { kind: 'complete' };
const HOUR = 3_600_000;

export function describeCommitting(subject: Subject): void {
  it('a log without a producer is created, and takes commits', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    expect(log).toMatchObject({ state: 'open', tail: 0, epoch: 1 });
    expect(Object.keys(log)).not.toEqual(expect.arrayContaining(['graceMs']));
    expect(await commit(store, log, 'one,')).toEqual({ how: 'stored', tail: 4, isSealed: false });
    expect(await commit(store, log, 'two')).toEqual({ how: 'stored', tail: 7, isSealed: false });
    expect(await textOf(store, log)).toBe('one,two');
    expect(await infoOf(store, log.id)).toMatchObject({ state: 'open', tail: 7 });
  });

  it('a watcher never gets the bytes of a sealing commit without the end', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const heard = new Heard<LogNews>();
    const stop = store.watch(log, START, heard.listener);
    await store.commit(log, { chunks: bytes('the last words'), seal: COMPLETE }, AMPLE);
    await heard.until((all) => all.some(({ kind }) => kind === 'ended'));
    // After `moved` the store is read, where both are. Without it the bytes themselves have the end.
    const [first] = heard.all;
    if (first?.kind !== 'moved') expect(first).toMatchObject({ kind: 'bytes', from: START, end: COMPLETE });
    for (const news of heard.all) if (news.kind === 'bytes') expect(news.end).toEqual(COMPLETE);
    stop();
  });

  it('a log is created with its first bytes', async () => {
    const { store } = subject;
    const log = await createOpenLog(store, { first: { chunks: [...bytes('a'), ...bytes('bc')] } });
    expect(log).toMatchObject({ state: 'open', tail: 3 });
    expect(Object.keys(log)).not.toEqual(expect.arrayContaining(['first']));
    expect(await infoOf(store, log.id)).toEqual(log);
    expect(await commit(store, log, 'd')).toMatchObject({ tail: 4 });
    expect(await textOf(store, log)).toBe('abcd');
  });

  it.each(['', 'all there is'])('a log is created sealed with the bytes %j', async (text) => {
    const { store } = subject;
    const heard = new Heard<LifecycleEvent>();
    const stop = store.lifecycle(heard.listener);
    const log = await createOpenLog(store, { first: { chunks: bytes(text), seal: COMPLETE } });
    expect(log).toMatchObject({ state: 'closed', outcome: COMPLETE, tail: text.length });
    expect(await readAll(store, log)).toEqual({ bytes: Buffer.from(text), end: COMPLETE });
    await expectCode(commit(store, log, 'more'), 'LOG_SEALED');
    const mine = (): LifecycleEvent[] => heard.all.filter((event) => event.log.id === log.id);
    await heard.until(() => mine().length === 2);
    expect(mine()).toMatchObject([
      { kind: 'created' },
      { kind: 'ended', at: text.length, outcome: COMPLETE },
    ]);
    stop();
  });

  it('a log is replaced by one with first bytes', async () => {
    const { store } = subject;
    const old = await createLogOf(store, 'old bytes');
    const init = { contentType: 'text/plain', first: { chunks: bytes('new') } };
    const { info, replaced } = await store.create(old.log.id, init, 'replace');
    expect(replaced).toBe(true);
    expect(await textOf(store, info)).toBe('new');
    expect(await commit(store, info, '!')).toMatchObject({ tail: 4 });
  });

  it('the framing of a log is kept', async () => {
    const log = await createOpenLog(subject.store, { framing: 'json', contentType: 'application/json' });
    expect(log.framing).toBe('json');
    expect((await infoOf(subject.store, log.id)).framing).toBe('json');
  });

  it('a commit sets the time of the last update', async () => {
    const log = await createOpenLog(subject.store);
    await nextMillisecond();
    await commit(subject.store, log, 'x');
    expect((await infoOf(subject.store, log.id)).updatedAt).toBeGreaterThan(log.createdAt);
  });

  it('a commit of 3 MB and one of 2,000 chunks are stored', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const big = randomBytes(3_000_000);
    const small = Array.from({ length: 2_000 }, (_, i) => Buffer.from(`${i},`));
    await store.commit(log, { chunks: [big] }, AMPLE);
    await store.commit(log, { chunks: [Buffer.alloc(0), ...small] }, AMPLE);
    const { bytes: got } = await readAll(store, log);
    expect(got.equals(Buffer.concat([big, ...small]))).toBe(true);
  });

  it('concurrent commits are stored in the order of the calls', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const texts = Array.from({ length: 300 }, (_, i) => `${i},`);
    const results = await Promise.all(texts.map((text) => commit(store, log, text)));
    expect(await textOf(store, log)).toBe(texts.join(''));
    let tail = 0;
    for (const [i, text] of texts.entries()) {
      tail += text.length;
      expect(results[i]).toEqual({ how: 'stored', tail, isSealed: false });
    }
  });

  it('each of several concurrent commits succeeds or fails by itself', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const limits = { ...AMPLE, logBytesMax: 6 };
    const results = await Promise.allSettled([
      commit(store, log, 'abc', {}, limits),
      commit(store, log, 'too long', {}, limits),
      commit(store, log, 'def', { seal: COMPLETE }, limits),
      commit(store, log, '', { seal: COMPLETE }, limits),
      commit(store, log, 'late', {}, limits),
    ]);
    expect(results).toMatchObject([
      { value: { how: 'stored', tail: 3, isSealed: false } },
      { reason: { code: 'LOG_TOO_LARGE' } },
      { value: { how: 'stored', tail: 6, isSealed: true } },
      { value: { how: 'duplicate', tail: 6, isSealed: true } },
      { reason: { code: 'LOG_SEALED' } },
    ]);
    expect(await readAll(store, log)).toEqual({ bytes: Buffer.from('abcdef'), end: COMPLETE });
  });

  it('a commit beyond the size limit is refused without a trace, and one that fits is stored', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const limits = { ...AMPLE, logBytesMax: 5 };
    await commit(store, log, 'abc', {}, limits);
    const before = await infoOf(store, log.id);
    await expectCode(
      commit(store, log, 'def', { producer: mark(0), sequence: '1' }, limits),
      'LOG_TOO_LARGE',
    );
    expect(await infoOf(store, log.id)).toEqual(before);
    // Neither the producer's state nor the sequence was kept of what was refused.
    expect(await commit(store, log, 'de', { producer: mark(0), sequence: '1' }, limits)).toMatchObject({
      how: 'stored',
      tail: 5,
    });
    expect(await commit(store, log, '', { seal: COMPLETE }, limits)).toMatchObject({ isSealed: true });
  });

  describe('a commit that seals', () => {
    it('the log ends behind the bytes of the commit', async () => {
      const { store } = subject;
      const log = await createOpenLog(store);
      const outcome: SealOutcome = { kind: 'aborted', reason: 'why é "\n' };
      expect(await commit(store, log, 'last', { seal: outcome })).toEqual({
        how: 'stored',
        tail: 4,
        isSealed: true,
      });
      expect(await infoOf(store, log.id)).toMatchObject({ state: 'closed', outcome, tail: 4 });
      expect(await readAll(store, log)).toEqual({ bytes: Buffer.from('last'), end: outcome });
    });

    it('a seal without bytes may be repeated, but not with another outcome', async () => {
      const { store } = subject;
      const log = await createOpenLog(store);
      await commit(store, log, 'abc');
      expect(await commit(store, log, '', { seal: COMPLETE })).toMatchObject({
        how: 'stored',
        isSealed: true,
      });
      const sealed = await infoOf(store, log.id);
      expect(await commit(store, log, '', { seal: COMPLETE })).toEqual({
        how: 'duplicate',
        tail: 3,
        isSealed: true,
      });
      await expectCode(commit(store, log, '', { seal: { kind: 'aborted', reason: '' } }), 'LOG_SEALED');
      await expectCode(commit(store, log, 'abc', { seal: COMPLETE }), 'LOG_SEALED');
      await expectCode(commit(store, log, '', { seal: COMPLETE, producer: mark(0) }), 'LOG_SEALED');
      await expectCode(commit(store, log, 'x', { producer: mark(0), sequence: '1' }), 'LOG_SEALED');
      expect(await infoOf(store, log.id)).toEqual(sealed);
    });

    it('a seal without bytes is a duplicate on a log that its writer has sealed', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      await seal(store, writer);
      expect(await commit(store, writer.log, '', { seal: COMPLETE })).toMatchObject({
        how: 'duplicate',
        tail: 3,
      });
    });
  });

  describe('a commit to a log with a producer', () => {
    it('a commit is refused while a producer is attached, and stored after it was released', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      const { log, epoch } = writer;
      await expectCode(commit(store, log, 'x'), 'LOG_BUSY');
      await expectCode(commit(store, log, '', { seal: COMPLETE }), 'LOG_BUSY');
      await expectCode(commit(store, log, 'x', { producer: mark(7) }), 'LOG_BUSY');
      expect(await textOf(store, log)).toBe('abc');
      await store.change(log, { kind: 'release', epoch, state: 'open' });
      expect(await commit(store, log, 'def')).toMatchObject({ tail: 6 });
      expect(await textOf(store, log)).toBe('abcdef');
    });

    it('an attached producer and commits continue where the other ended', async () => {
      const { store } = subject;
      const log = await createOpenLog(store);
      await commit(store, log, 'one,', { producer: mark(0) });
      let writer = await attach(store, log);
      expect(writer.epoch).toBeGreaterThan(log.epoch);
      await expectCode(commit(store, log, 'x', { producer: mark(1) }), 'LOG_BUSY');
      expect(await store.append(writer, at(4), bytes('two,'))).toBe(8);
      await store.change(log, { kind: 'release', epoch: writer.epoch, state: 'interrupted' });
      // What the producer of commits had said before is known still.
      expect(await commit(store, log, 'one,', { producer: mark(0) })).toMatchObject({
        how: 'duplicate',
        tail: 8,
      });
      expect(await commit(store, log, 'three,', { producer: mark(1) })).toMatchObject({
        how: 'stored',
        tail: 14,
      });
      writer = await attach(store, log);
      expect(await store.append(writer, at(14), bytes('four'))).toBe(18);
      await seal(store, writer);
      expect(await textOf(store, log)).toBe('one,two,three,four');
    });

    it('a commit that races with an attach is either stored or refused', async () => {
      const { store } = subject;
      for (let round = 0; round < 20; round += 1) {
        const log = await createOpenLog(store);
        const [committed, attached] = await Promise.allSettled(
          round % 2 === 0
            ? [commit(store, log, 'abc'), attach(store, log)]
            : [attach(store, log), commit(store, log, 'abc')].toReversed(),
        );
        if (attached === undefined || attached.status === 'rejected')
          throw new Error('the attach was refused');
        if (committed?.status === 'rejected') expect(committed.reason).toMatchObject({ code: 'LOG_BUSY' });
        expect(await textOf(store, log)).toBe(committed?.status === 'fulfilled' ? 'abc' : '');
      }
    });

    it('a commit restarts the grace time of an interrupted log', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { graceMs: HOUR });
      const released = await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      await nextMillisecond();
      await nextMillisecond();
      await commit(store, log, 'abc');
      expect(await infoOf(store, log.id)).toMatchObject({ state: 'interrupted', tail: 3 });
      // The grace that began with the release would be over; the one that began with the commit is not.
      const abandon = { kind: 'abandon', now: released.updatedAt + HOUR, reason: 'late' } as const;
      expect((await store.change(log, abandon)).state).toBe('interrupted');
      expect((await store.change(log, { ...abandon, now: Date.now() + 2 * HOUR })).state).toBe('closed');
      const due = await store.due({ kind: 'overdue', now: Date.now() + 3 * HOUR }, 1_000);
      expect(due.map(({ id }) => id)).not.toContain(log.id);
    });
  });

  it('a log that never had a producer is never overdue', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    await commit(store, log, 'abc');
    const now = Date.now() + 1_000 * HOUR;
    const due = await store.due({ kind: 'overdue', now }, 1_000);
    expect(due.map(({ id }) => id)).not.toContain(log.id);
    expect(await store.change(log, { kind: 'abandon', now, reason: 'x' })).toMatchObject({ state: 'open' });
  });

  describe('a commit with a sequence', () => {
    it('the sequence must be greater than the last one, compared byte by byte', async () => {
      const { store } = subject;
      const log = await createOpenLog(store);
      // In the order of UTF-16 units the last two would change places; in a language's order the first ones would.
      const ascending = ['', '0', '10', '2', 'B', 'a', 'aa', 'Ä', '\uFFFD', '💡'];
      for (const sequence of ascending) await commit(store, log, 'x', { sequence });
      for (const sequence of ascending)
        await expectCode(commit(store, log, 'x', { sequence }), 'SEQUENCE_REGRESSED');
      expect((await infoOf(store, log.id)).tail).toBe(ascending.length);
    });

    it('commits without a sequence and refused commits do not change the last sequence', async () => {
      const { store } = subject;
      const log = await createOpenLog(store);
      await commit(store, log, 'x', { sequence: '5' });
      await commit(store, log, 'x');
      const refused = commit(store, log, 'x', { sequence: '9', producer: mark(3) });
      await expect(refused).rejects.toMatchObject({ code: 'PRODUCER_GAP' });
      await expectCode(commit(store, log, 'x', { sequence: '5' }), 'SEQUENCE_REGRESSED');
      expect(await commit(store, log, 'x', { sequence: '6' })).toMatchObject({ tail: 3 });
    });
  });

  it('a commit to a replaced or removed generation is refused', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const { info } = await store.create(log.id, { contentType: 'text/plain' }, 'replace');
    await expectCode(commit(store, log, 'x'), 'LOG_GONE');
    await remove(store, info);
    await expectCode(commit(store, info, 'x'), 'LOG_GONE');
    expect(await store.info(log.id)).toBeUndefined();
  });

  it('a commit to an unknown id is refused, even with the generation of another log', async () => {
    const nobody = { id: uniqueId(), generation: (await createOpenLog(subject.store)).generation };
    await expectCode(commit(subject.store, nobody, 'x'), 'LOG_GONE');
  });

  it('watchers and followers get every commit, and the end', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const heard = new Heard<LogNews>();
    const stop = store.watch(log, START, heard.listener);
    const reading = readByNews(store, log);
    for (let i = 0; i < 50; i += 1) await commit(store, log, `${i},`, { producer: mark(i) });
    await commit(store, log, 'end', { seal: COMPLETE });
    const whole = `${Array.from({ length: 50 }, (_, i) => `${i},`).join('')}end`;
    expect((await reading).toString()).toBe(whole);
    await heard.until(hasReached(whole.length, COMPLETE));
    expectContiguous(heard.all, START);
    stop();
  });

  it('a commit that seals emits a lifecycle event', async () => {
    const { store } = subject;
    const heard = new Heard<LifecycleEvent>();
    const stop = store.lifecycle(heard.listener);
    const log = await createOpenLog(store);
    await commit(store, log, 'abc');
    await commit(store, log, 'def', { seal: COMPLETE });
    const mine = (): LifecycleEvent[] => heard.all.filter((event) => event.log.id === log.id);
    await heard.until(() => mine().length >= 2);
    expect(mine()).toMatchObject([
      { kind: 'created' },
      { kind: 'ended', at: 6, outcome: COMPLETE, log: { generation: log.generation } },
    ]);
    stop();
  });

  it('a commit in flight is stored before the store closes', async () => {
    const log = await createOpenLog(subject.store);
    const committing = commit(subject.store, log, 'x'.repeat(100_000), { producer: mark(0) });
    const [committed] = await Promise.all([committing, subject.close()]);
    expect(committed).toMatchObject({ how: 'stored', tail: 100_000 });
  });

  it('a commit needs only the id and the generation of a log', async () => {
    const { store } = subject;
    const { info } = await store.create(uniqueId(), INIT, 'new');
    const { id, generation, epoch } = info;
    await store.change({ id, generation }, { kind: 'release', epoch, state: 'open' });
    expect(await commit(store, { id, generation }, 'x')).toMatchObject({ tail: 1 });
  });
}
