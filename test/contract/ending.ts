import type { LogInfo, SealOutcome } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import type { DueQuery } from '../../src/core/store/due-query';
import {
  attach,
  bytes,
  createLog,
  createLogOf,
  everyChange,
  expectCode,
  INIT,
  infoOf,
  nextMillisecond,
  readAll,
  seal,
  textOf,
} from './logs';
import type { Subject } from './store.contract';

/** A store that others use may have due logs of theirs: only the order among one's own counts. */
const EVERY = 1_000;
const HOUR = 3_600_000;

export function describeEnding(subject: Subject): void {
  describe('seal', () => {
    it.each<SealOutcome>([
      { kind: 'complete' },
      { kind: 'aborted', reason: 'the disk "sda"\nburnt é 💡' },
      { kind: 'aborted', reason: '' },
    ])('the log is closed as %j', async (outcome) => {
      const { log, epoch } = await createLogOf(subject.store, 'abc');
      await nextMillisecond();
      const sealed = await subject.store.change(log, { kind: 'seal', epoch, outcome });
      expect(sealed).toMatchObject({ state: 'closed', outcome, tail: 3 });
      expect(sealed.updatedAt).toBeGreaterThan(sealed.createdAt);
      expect(await infoOf(subject.store, log.id)).toEqual(sealed);
      expect(await readAll(subject.store, log)).toEqual({ bytes: Buffer.from('abc'), end: outcome });
    });

    it.each<SealOutcome>([{ kind: 'complete' }, { kind: 'aborted', reason: 'why' }])(
      'a repeated seal as %j changes nothing',
      async (outcome) => {
        const { log, epoch } = await createLogOf(subject.store, 'abc');
        const sealed = await subject.store.change(log, { kind: 'seal', epoch, outcome });
        await nextMillisecond();
        expect(await subject.store.change(log, { kind: 'seal', epoch, outcome })).toEqual(sealed);
        expect(await infoOf(subject.store, log.id)).toEqual(sealed);
      },
    );

    it('a seal with another outcome is refused', async () => {
      const { log, epoch } = await createLogOf(subject.store, 'abc');
      const sealed = await subject.store.change(log, {
        kind: 'seal',
        epoch,
        outcome: { kind: 'aborted', reason: 'a' },
      });
      for (const outcome of [{ kind: 'complete' }, { kind: 'aborted', reason: 'b' }] as const) {
        await expectCode(subject.store.change(log, { kind: 'seal', epoch, outcome }), 'LOG_SEALED');
      }
      expect(await infoOf(subject.store, log.id)).toEqual(sealed);
    });

    it('one of two concurrent seals succeeds', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store);
      const outcomes: SealOutcome[] = [{ kind: 'complete' }, { kind: 'aborted', reason: 'late' }];
      const results = await Promise.allSettled(
        outcomes.map((outcome) => store.change(log, { kind: 'seal', epoch, outcome })),
      );
      const won = results.filter((result) => result.status === 'fulfilled');
      expect(won).toHaveLength(1);
      expect((await infoOf(store, log.id)).outcome).toEqual(won[0]?.value.outcome);
    });
  });

  describe('logs without a writer', () => {
    async function isDue(query: DueQuery, id: string): Promise<boolean> {
      return (await subject.store.due(query, EVERY)).some((info) => info.id === id);
    }

    it('a log is overdue after its grace time, but not while a writer is attached', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { graceMs: 1 });
      const future = Date.now() + 100 * HOUR;
      expect(await isDue({ kind: 'overdue', now: future }, log.id)).toBe(false);
      await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      expect(await isDue({ kind: 'overdue', now: future }, log.id)).toBe(true);
      await attach(store, log);
      expect(await isDue({ kind: 'overdue', now: future }, log.id)).toBe(false);
    });

    it.each(['open', 'interrupted'] as const)(
      'the grace time of a log released as %s is kept',
      async (state) => {
        const { store } = subject;
        const { log, epoch } = await createLog(store, { graceMs: HOUR });
        const { updatedAt } = await store.change(log, { kind: 'release', epoch, state });
        expect(await isDue({ kind: 'overdue', now: updatedAt + HOUR - 1_000 }, log.id)).toBe(false);
        expect(await isDue({ kind: 'overdue', now: updatedAt + HOUR + 1_000 }, log.id)).toBe(true);
      },
    );

    it('the grace time of the last attach counts', async () => {
      const { store } = subject;
      const { log } = await createLog(store, { graceMs: 1 });
      const { epoch } = await attach(store, log, HOUR);
      const { updatedAt } = await store.change(log, { kind: 'release', epoch, state: 'open' });
      expect(await isDue({ kind: 'overdue', now: updatedAt + HOUR - 1_000 }, log.id)).toBe(false);
      expect(await isDue({ kind: 'overdue', now: updatedAt + HOUR + 1_000 }, log.id)).toBe(true);
    });

    it('the most overdue logs come first, with their info, up to the limit', async () => {
      const { store } = subject;
      const ids: string[] = [];
      for (const graceMs of [3 * HOUR, HOUR, 2 * HOUR]) {
        const { log, epoch } = await createLog(store, { graceMs });
        await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
        ids.push(log.id);
      }
      const query: DueQuery = { kind: 'overdue', now: Date.now() + 4 * HOUR };
      const due = (await store.due(query, EVERY)).filter(({ id }) => ids.includes(id));
      expect(due.map(({ id }) => id)).toEqual([ids[1], ids[2], ids[0]]);
      for (const info of due) expect(await infoOf(store, info.id)).toEqual(info);
      expect(await store.due(query, 2)).toHaveLength(2);
    });

    it('a log is abandoned only if it is overdue', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { graceMs: HOUR });
      const abandon = (now: number) => store.change(log, { kind: 'abandon', now, reason: 'none came' });
      expect((await abandon(Date.now() + 100 * HOUR)).state).toBe('open');
      const released = await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      expect(await abandon(Date.now())).toEqual(released);

      const abandoned = await abandon(Date.now() + 2 * HOUR);
      expect(abandoned).toMatchObject({
        state: 'closed',
        outcome: { kind: 'aborted', reason: 'none came' },
      });
      expect(await infoOf(store, log.id)).toEqual(abandoned);
      expect(await isDue({ kind: 'overdue', now: Date.now() + 100 * HOUR }, log.id)).toBe(false);
    });

    it('concurrent janitors abandon a log once', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { graceMs: 1 });
      await store.change(log, { kind: 'release', epoch, state: 'open' });
      const results = await Promise.all(
        ['a', 'b', 'c'].map((reason) =>
          store.change(log, { kind: 'abandon', now: Date.now() + HOUR, reason }),
        ),
      );
      const present = await infoOf(store, log.id);
      for (const info of results) expect(info.outcome).toEqual(present.outcome);
    });

    it('a log stays open if a producer attaches in time', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { graceMs: 1 });
      await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
      const writer = await attach(store, log);
      await store.change(log, { kind: 'abandon', now: Date.now() + 100 * HOUR, reason: 'late' });
      expect(await store.append(writer, START, bytes('alive'))).toBe(5);
    });
  });

  describe('remove', () => {
    it.each(['open', 'closed'])('a removed log that was %s refuses every operation', async (state) => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      const { log, epoch } = writer;
      if (state === 'closed') await seal(store, writer);
      await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
      expect(await store.info(log.id)).toBeUndefined();
      await expectCode(store.read(log, START, 10), 'LOG_GONE');
      await expectCode(store.append(writer, START, bytes('abc')), 'LOG_GONE');
      for (const change of everyChange(epoch)) await expectCode(store.change(log, change), 'LOG_GONE');
    });

    it('one of three concurrent removals succeeds', async () => {
      const { store } = subject;
      const { log } = await createLogOf(store, 'abc');
      const results = await Promise.allSettled(
        [1, 2, 3].map(() => store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } })),
      );
      expect(results.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    });

    it('a removal with a time keeps logs that are open or were sealed since', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      const { log } = writer;
      const remove = (sealedBefore: number) =>
        store.change(log, { kind: 'remove', outcome: { kind: 'expired' }, sealedBefore });
      expect(await remove(Date.now() + HOUR)).toEqual(await infoOf(store, log.id));

      const { updatedAt } = await seal(store, writer);
      expect(await remove(updatedAt)).toEqual(await infoOf(store, log.id));
      expect(await textOf(store, log)).toBe('abc');
      await remove(updatedAt + 1);
      expect(await store.info(log.id)).toBeUndefined();
    });

    it('a removed log is not overdue', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { graceMs: 1 });
      await store.change(log, { kind: 'release', epoch, state: 'open' });
      await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
      const due = await store.due({ kind: 'overdue', now: Date.now() + HOUR }, EVERY);
      expect(due.map(({ id }) => id)).not.toContain(log.id);
    });
  });

  it('sealed logs become due by the time of their seal, the oldest first', async () => {
    const { store } = subject;
    const open = await createLog(store);
    const sealed: LogInfo[] = [];
    for (let i = 0; i < 3; i += 1) {
      sealed.push(await seal(store, await createLog(store)));
      await nextMillisecond();
    }
    const all = [open.log.id, ...sealed.map(({ id }) => id)];
    const dueBefore = async (before: number): Promise<readonly string[]> =>
      (await store.due({ kind: 'sealed', before }, EVERY))
        .map(({ id }) => id)
        .filter((id) => all.includes(id));
    expect(await dueBefore(sealed[0]?.updatedAt ?? 0)).toEqual([]);
    // A store with a clock of its own compares within the error of the two: an hour is beyond it.
    const later = Date.now() + HOUR;
    expect(await dueBefore(later)).toEqual(sealed.map(({ id }) => id));
    expect(await store.due({ kind: 'sealed', before: later }, 2)).toHaveLength(2);
  });

  it('a replaced generation that was released is not overdue', async () => {
    const { store } = subject;
    const writer = await createLog(store, { graceMs: 1 });
    const { log, epoch } = writer;
    await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
    await store.create(log.id, INIT, 'replace');
    const due = await store.due({ kind: 'overdue', now: Date.now() + HOUR }, EVERY);
    expect(due.map(({ id }) => id)).not.toContain(log.id);
  });
}
