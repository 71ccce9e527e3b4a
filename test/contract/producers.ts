import type { SealOutcome } from '../../src/core/log/log';
import { AMPLE, commit, createOpenLog, mark } from './commits';
import { expectCode, infoOf, readAll, textOf } from './logs';
import type { Subject } from './store.contract';

const COMPLETE: SealOutcome = { kind: 'complete' };

export function describeProducers(subject: Subject): void {
  it('a commit returns the epoch and sequence of its producer', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    expect(await commit(store, log, 'a', { producer: mark(0) })).toEqual({
      how: 'stored',
      tail: 1,
      isSealed: false,
      producer: { epoch: 0, sequence: 0 },
    });
    expect(await commit(store, log, 'b', { producer: mark(1) })).toMatchObject({
      how: 'stored',
      producer: { epoch: 0, sequence: 1 },
    });
    expect(await textOf(store, log)).toBe('ab');
  });

  it('a repeated commit returns the stored state, and changes nothing', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    for (let i = 0; i < 3; i += 1) await commit(store, log, `${i}`, { producer: mark(i), sequence: `${i}` });
    const before = await infoOf(store, log.id);
    for (const sequence of [2, 0, 1]) {
      const again = { producer: mark(sequence), sequence: '0' };
      expect(await commit(store, log, 'again', again)).toEqual({
        how: 'duplicate',
        tail: 3,
        isSealed: false,
        producer: { epoch: 0, sequence: 2 },
      });
    }
    expect(await infoOf(store, log.id)).toEqual(before);
    expect(await textOf(store, log)).toBe('012');
  });

  it('one of ten concurrent copies of a commit is stored', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const results = await Promise.all(
      Array.from({ length: 10 }, () => commit(store, log, 'once', { producer: mark(0) })),
    );
    expect(results.map(({ how }) => how)).toEqual(['stored', ...Array(9).fill('duplicate')]);
    expect(await textOf(store, log)).toBe('once');
  });

  it('200 commits sent without waiting for answers are stored in order', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const marks = Array.from({ length: 200 }, (_, i) => mark(i));
    await Promise.all(marks.map((producer) => commit(store, log, `${producer.sequence},`, { producer })));
    expect(await textOf(store, log)).toBe(marks.map(({ sequence }) => `${sequence},`).join(''));
  });

  it('a commit behind a missing one is refused', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    await expect(commit(store, log, 'x', { producer: mark(1) })).rejects.toMatchObject({
      name: 'ProducerError',
      code: 'PRODUCER_GAP',
      stored: { sequence: -1 },
    });
    await commit(store, log, 'a', { producer: mark(0) });
    await expect(commit(store, log, 'x', { producer: mark(2) })).rejects.toMatchObject({
      code: 'PRODUCER_GAP',
      stored: { epoch: 0, sequence: 0 },
    });
    expect(await commit(store, log, 'b', { producer: mark(1) })).toMatchObject({ tail: 2 });
  });

  it('the sequence starts at 0 in the first epoch and in each later one', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    expect(await commit(store, log, 'a', { producer: mark(0, 5) })).toMatchObject({
      producer: { epoch: 5, sequence: 0 },
    });
    await commit(store, log, 'b', { producer: mark(1, 5) });
    await expect(commit(store, log, 'x', { producer: mark(2, 6) })).rejects.toMatchObject({
      name: 'ProducerError',
      code: 'PRODUCER_EPOCH_SKIPPED',
      stored: { epoch: 5, sequence: 1 },
    });
    expect(await commit(store, log, 'c', { producer: mark(0, 9) })).toMatchObject({
      how: 'stored',
      producer: { epoch: 9, sequence: 0 },
    });
    expect(await commit(store, log, 'd', { producer: mark(1, 9) })).toMatchObject({ how: 'stored' });
    expect(await textOf(store, log)).toBe('abcd');
  });

  it('a commit of an earlier epoch is refused, even if it is a repetition', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    await commit(store, log, 'a', { producer: mark(0, 1) });
    await commit(store, log, 'b', { producer: mark(0, 2) });
    for (const sequence of [0, 1, 7]) {
      await expect(commit(store, log, 'x', { producer: mark(sequence, 1) })).rejects.toMatchObject({
        name: 'ProducerError',
        code: 'PRODUCER_STALE',
        stored: { epoch: 2, sequence: 0 },
      });
    }
    expect(await textOf(store, log)).toBe('ab');
  });

  it('epochs and sequences up to the largest safe integer are kept', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const epoch = Number.MAX_SAFE_INTEGER;
    expect(await commit(store, log, 'a', { producer: mark(0, epoch) })).toMatchObject({
      producer: { epoch },
    });
    await expect(commit(store, log, 'x', { producer: mark(0, epoch - 1) })).rejects.toMatchObject({
      code: 'PRODUCER_STALE',
      stored: { epoch, sequence: 0 },
    });
    await expect(commit(store, log, 'x', { producer: mark(epoch, epoch) })).rejects.toMatchObject({
      code: 'PRODUCER_GAP',
    });
  });

  it('producers with similar or unusual names are kept apart', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const names = [
      'p',
      'P',
      'p ',
      '0',
      '__proto__',
      'constructor',
      'é',
      'e\u0301',
      '💡',
      '"\r\n',
      'p'.repeat(3_000),
    ];
    names.push(`${'p'.repeat(3_000)}q`);
    for (const name of names) await commit(store, log, 'x', { producer: mark(0, 0, name) });
    expect((await infoOf(store, log.id)).tail).toBe(names.length);
    for (const name of names) {
      expect(await commit(store, log, 'y', { producer: mark(0, 0, name) })).toMatchObject({
        how: 'duplicate',
      });
    }
  });

  it('the state of a producer belongs to one generation of one log', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    await commit(store, log, 'a', { producer: mark(0) });
    const other = await createOpenLog(store);
    await expectProducerUnknown(other);
    const { info } = await store.create(log.id, { contentType: 'text/plain' }, 'replace');
    await expectProducerUnknown(info);

    async function expectProducerUnknown(ref: typeof log): Promise<void> {
      await expect(commit(store, ref, 'x', { producer: mark(1) })).rejects.toMatchObject({
        code: 'PRODUCER_GAP',
        stored: { sequence: -1 },
      });
      expect(await commit(store, ref, 'b', { producer: mark(0) })).toMatchObject({ how: 'stored', tail: 1 });
    }
  });

  it('a new producer is refused if the log holds the maximum number of producers', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const limits = { ...AMPLE, producersMax: 2 };
    const by = (name: string, sequence: number) =>
      commit(store, log, 'x', { producer: mark(sequence, 0, name) }, limits);
    await Promise.all([by('a', 0), by('b', 0)]);
    await expectCode(by('c', 0), 'PRODUCERS_TOO_MANY');
    expect(await by('a', 1)).toMatchObject({ how: 'stored' });
    expect(await by('b', 0)).toMatchObject({ how: 'duplicate' });
    expect(await commit(store, log, 'x', {}, limits)).toMatchObject({ tail: 4 });
    expect(await commit(store, log, 'x', { producer: mark(0, 0, 'c') })).toMatchObject({ how: 'stored' });
  });

  it('a repeated seal of a producer is a duplicate, and its other commits are refused', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    await commit(store, log, 'a', { producer: mark(0) });
    const last = { producer: mark(1), seal: COMPLETE };
    expect(await commit(store, log, 'b', last)).toMatchObject({ how: 'stored', isSealed: true });
    expect(await commit(store, log, 'b', last)).toEqual({
      how: 'duplicate',
      tail: 2,
      isSealed: true,
      producer: { epoch: 0, sequence: 1 },
    });
    for (const producer of [mark(0), mark(2), mark(0, 1), mark(1, 0, 'other')]) {
      await expectCode(commit(store, log, 'x', { producer }), 'LOG_SEALED');
      await expectCode(commit(store, log, '', { producer, seal: COMPLETE }), 'LOG_SEALED');
    }
    expect(await readAll(store, log)).toEqual({ bytes: Buffer.from('ab'), end: COMPLETE });
  });

  it('a repeated seal without bytes is a duplicate', async () => {
    const { store } = subject;
    const log = await createOpenLog(store);
    const last = { producer: mark(0), seal: COMPLETE };
    expect(await commit(store, log, '', last)).toMatchObject({ how: 'stored', tail: 0 });
    expect(await commit(store, log, '', last)).toMatchObject({
      how: 'duplicate',
      producer: { epoch: 0, sequence: 0 },
    });
  });
}
