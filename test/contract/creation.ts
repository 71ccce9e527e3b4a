import type { LogInit } from '../../src/core/log/log';
import { writerOf } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import {
  attach,
  bytes,
  createLog,
  createLogOf,
  everyChange,
  expectCode,
  INIT,
  infoOf,
  seal,
  textOf,
  uniqueId,
} from './logs';
import type { OpenedStore, StoreSuiteOptions, Subject } from './store.contract';

export function describeCreation(
  subject: Subject,
  openWithLogsMax: StoreSuiteOptions['openWithLogsMax'],
): void {
  it('a new log is open and empty', async () => {
    const id = uniqueId();
    const before = Date.now();
    const { info, replaced } = await subject.store.create(id, INIT, 'new');
    const after = Date.now();

    expect(replaced).toBe(false);
    expect(info).toMatchObject({ id, state: 'open', tail: 0, contentType: 'text/plain' });
    expect(info.createdAt).toBeGreaterThanOrEqual(before);
    expect(info.createdAt).toBeLessThanOrEqual(after);
    expect(info.updatedAt).toBe(info.createdAt);
    expect(await subject.store.info(id)).toEqual(info);
  });

  it('a new log has a writer attached', async () => {
    const { info } = await subject.store.create(uniqueId(), INIT, 'new');
    expect(await subject.store.append(writerOf(info), START, bytes('first'))).toBe(5);
  });

  it('an unknown id has no info', async () => {
    expect(await subject.store.info(uniqueId())).toBeUndefined();
  });

  it('the content type, producer key, trace and metadata of a new log are kept', async () => {
    const said: LogInit = {
      ...INIT,
      contentType: 'application/json; charset=utf-8',
      producerKey: 'Kč "\r\n\\ 💡',
      traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01',
      metadata: {
        text: '\u0000\u007f\u2028é💡',
        list: [1, 2.5, -0.001, true, null, {}],
        deep: { a: { b: [] } },
      },
    };
    const { graceMs, ...kept } = said;
    const { info } = await subject.store.create(uniqueId(), said, 'new');
    expect(info).toMatchObject(kept);
    expect(await infoOf(subject.store, info.id)).toMatchObject(kept);
  });

  it('fields that were not given are missing from the info', async () => {
    const { log } = await createLog(subject.store);
    const info = await infoOf(subject.store, log.id);
    expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['metadata']));
    expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['producerKey']));
    expect(Object.keys(info)).not.toEqual(expect.arrayContaining(['outcome']));
  });

  it.each([null, false, 0, '', [], {}])('the metadata %j is kept as given', async (metadata) => {
    const { log } = await createLog(subject.store, { metadata });
    expect((await infoOf(subject.store, log.id)).metadata).toStrictEqual(metadata);
  });

  it('metadata of 16 KiB is kept', async () => {
    const metadata = { words: 'é'.repeat(8_000) };
    const { log } = await createLog(subject.store, { metadata });
    expect((await infoOf(subject.store, log.id)).metadata).toEqual(metadata);
  });

  it('a metadata member named __proto__ is plain data', async () => {
    const metadata = JSON.parse('{"__proto__": {"polluted": true}}');
    const { log } = await createLog(subject.store, { metadata });
    expect(JSON.stringify((await infoOf(subject.store, log.id)).metadata)).toBe(JSON.stringify(metadata));
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('an existing id is refused, and its log does not change', async () => {
    const { log } = await createLogOf(subject.store, 'kept');
    const before = await infoOf(subject.store, log.id);
    await expectCode(subject.store.create(log.id, INIT, 'new'), 'LOG_EXISTS');
    expect(await infoOf(subject.store, log.id)).toEqual(before);
    expect(await textOf(subject.store, log)).toBe('kept');
  });

  it('the id of a sealed log is refused', async () => {
    const writer = await createLog(subject.store);
    await seal(subject.store, writer);
    await expectCode(subject.store.create(writer.log.id, INIT, 'new'), 'LOG_EXISTS');
  });

  it('one of 20 concurrent creations of an id succeeds', async () => {
    const id = uniqueId();
    const results = await Promise.allSettled(
      Array.from({ length: 20 }, (_, i) => subject.store.create(id, { ...INIT, metadata: i }, 'new')),
    );
    const won = results.filter((result) => result.status === 'fulfilled');
    expect(won).toHaveLength(1);
    expect(await subject.store.info(id)).toEqual(won[0]?.value.info);
    for (const result of results)
      if (result.status === 'rejected') expect(result.reason).toMatchObject({ code: 'LOG_EXISTS' });
  });

  it('the id of a removed log gets a new generation', async () => {
    const { log } = await createLogOf(subject.store, 'old');
    await subject.store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });
    const { info, replaced } = await subject.store.create(log.id, INIT, 'new');
    expect(replaced).toBe(false);
    expect(info.generation).not.toBe(log.generation);
    expect(await textOf(subject.store, info)).toBe('');
    await expectCode(subject.store.read(log, START, 10), 'LOG_GONE');
  });

  describe('replacement of a log', () => {
    it('the replacement of a missing log is an ordinary creation', async () => {
      const { info, replaced } = await subject.store.create(uniqueId(), INIT, 'replace');
      expect(replaced).toBe(false);
      expect(await subject.store.append(writerOf(info), START, bytes('x'))).toBe(1);
    });

    it('the new generation is empty, with its own content type and metadata', async () => {
      const old = await createLog(subject.store, { metadata: { old: true }, producerKey: 'old' });
      await subject.store.append(old, START, bytes('old bytes'));
      const created = await subject.store.create(old.log.id, { ...INIT, contentType: 'text/new' }, 'replace');
      expect(created.replaced).toBe(true);
      expect(created.info).toMatchObject({ tail: 0, state: 'open', contentType: 'text/new' });
      expect(created.info.metadata).toBeUndefined();
      expect(created.info.producerKey).toBeUndefined();
      expect(created.info.generation).not.toBe(old.log.generation);
      expect(await subject.store.info(old.log.id)).toEqual(created.info);
    });

    it('a sealed log is replaced by an open one', async () => {
      const writer = await createLogOf(subject.store, 'done');
      await seal(subject.store, writer);
      const { info } = await subject.store.create(writer.log.id, INIT, 'replace');
      expect(info.state).toBe('open');
      expect(await subject.store.append(writerOf(info), START, bytes('again'))).toBe(5);
      expect(await textOf(subject.store, info)).toBe('again');
    });

    it('the old generation refuses appends, reads and every change', async () => {
      const old = await createLogOf(subject.store, 'old');
      const { info } = await subject.store.create(old.log.id, INIT, 'replace');
      await expectCode(subject.store.append(old, START, bytes('old')), 'LOG_GONE');
      await expectCode(
        subject.store.append(old, writerOf(info).log === old.log ? START : info.tail, []),
        'LOG_GONE',
      );
      await expectCode(subject.store.read(old.log, START, 10), 'LOG_GONE');
      for (const change of everyChange(old.epoch)) {
        await expectCode(subject.store.change(old.log, change), 'LOG_GONE');
      }
      expect(await subject.store.info(old.log.id)).toEqual(info);
    });

    it('no byte of the old writer reaches the new generation', async () => {
      for (let round = 0; round < 10; round += 1) {
        const old = await createLogOf(subject.store, 'old');
        const late = [
          subject.store.append(old, (await infoOf(subject.store, old.log.id)).tail, bytes('late')),
        ];
        const creating = subject.store.create(old.log.id, INIT, 'replace');
        const [outcome] = await Promise.allSettled(late);
        const { info } = await creating;
        if (outcome?.status === 'rejected') expect(outcome.reason).toMatchObject({ code: 'LOG_GONE' });
        expect(await textOf(subject.store, info)).toBe('');
        expect(await subject.store.append(writerOf(info), START, bytes('new'))).toBe(3);
        expect(await textOf(subject.store, info)).toBe('new');
      }
    });

    it('one generation of ten concurrent replacements remains', async () => {
      const { log } = await createLogOf(subject.store, 'old');
      const created = await Promise.all(
        Array.from({ length: 10 }, () => subject.store.create(log.id, INIT, 'replace')),
      );
      const present = await infoOf(subject.store, log.id);
      expect(created.every(({ replaced }) => replaced)).toBe(true);
      expect(new Set(created.map(({ info }) => info.generation)).size).toBe(10);
      for (const { info } of created) {
        if (info.generation === present.generation) await attach(subject.store, info);
        else await expectCode(attach(subject.store, info), 'LOG_GONE');
      }
    });
  });

  const describeLimit = openWithLogsMax === undefined ? describe.skip : describe;
  describeLimit('the limit on the number of logs', () => {
    let limited: OpenedStore | undefined;
    beforeEach(async () => {
      limited = await openWithLogsMax?.(2);
    });
    afterEach(() => limited?.close());

    it('one more log is refused, while replacement works and removal makes room', async () => {
      if (limited === undefined) throw new Error('the limited store is not open');
      const { store } = limited;
      const first = await createLog(store);
      await createLog(store);
      await expectCode(store.create(uniqueId(), INIT, 'new'), 'LOGS_TOO_MANY');
      await expectCode(store.create(uniqueId(), INIT, 'replace'), 'LOGS_TOO_MANY');
      await expectCode(store.create(first.log.id, INIT, 'new'), 'LOG_EXISTS');

      const { info } = await store.create(first.log.id, INIT, 'replace');
      await store.change(info, { kind: 'remove', outcome: { kind: 'deleted' } });
      await createLog(store);
      await expectCode(store.create(uniqueId(), INIT, 'new'), 'LOGS_TOO_MANY');
    });
  });
}
