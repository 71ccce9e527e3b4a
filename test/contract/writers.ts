import { type LogInfo, writerOf } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import {
  at,
  attach,
  bytes,
  createLog,
  createLogOf,
  expectCode,
  infoOf,
  nextMillisecond,
  seal,
  textOf,
} from './logs';
import type { Subject } from './store.contract';

export function describeWriters(subject: Subject): void {
  describe('attach', () => {
    it('an attach raises the epoch, and keeps the bytes and the info', async () => {
      const first = await createLogOf(subject.store, 'kept');
      const before = await infoOf(subject.store, first.log.id);
      const after = await subject.store.change(first.log, { kind: 'attach', graceMs: 5 });
      expect(after.epoch).toBeGreaterThan(first.epoch);
      expect(after).toEqual({ ...before, epoch: after.epoch, updatedAt: after.updatedAt });
      expect(await infoOf(subject.store, first.log.id)).toEqual(after);
      expect(await textOf(subject.store, first.log)).toBe('kept');
    });

    it('an attach fences every operation of the previous writer', async () => {
      const { store } = subject;
      const first = await createLogOf(store, 'abc');
      const second = await attach(store, first.log);
      const { log, epoch } = first;
      await expectCode(store.append(first, at(3), bytes('x')), 'LOG_FENCED');
      await expectCode(store.append(first, START, bytes('abc')), 'LOG_FENCED');
      await expectCode(store.change(log, { kind: 'release', epoch, state: 'open' }), 'LOG_FENCED');
      await expectCode(store.change(log, { kind: 'annotate', epoch, patch: {} }), 'LOG_FENCED');
      await expectCode(seal(store, first), 'LOG_FENCED');

      expect(await textOf(store, log)).toBe('abc');
      expect(await infoOf(store, log.id)).toMatchObject({ state: 'open', epoch: second.epoch });
      expect(await store.append(second, at(3), bytes('def'))).toBe(6);
    });

    it('an append in flight before an attach is counted or refused, and never stored later', async () => {
      const { store } = subject;
      for (let round = 0; round < 20; round += 1) {
        const first = await createLogOf(store, 'base');
        const inFlight = store.append(first, at(4), bytes('-old'));
        const attaching = store.change(first.log, { kind: 'attach', graceMs: 1 });
        await expectSettledByAttach(first.log.id, inFlight, attaching);
      }
    });

    it('an append that starts during an attach is counted or refused', async () => {
      const { store } = subject;
      for (let round = 0; round < 20; round += 1) {
        const first = await createLogOf(store, 'base');
        const attaching = store.change(first.log, { kind: 'attach', graceMs: 1 });
        const inFlight = store.append(first, at(4), bytes('-old'));
        await expectSettledByAttach(first.log.id, inFlight, attaching);
      }
    });

    async function expectSettledByAttach(
      id: LogInfo['id'],
      inFlight: Promise<number>,
      attaching: Promise<LogInfo>,
    ): Promise<void> {
      const { store } = subject;
      const [append, attached] = await Promise.allSettled([inFlight, attaching]);
      if (attached.status === 'rejected') throw attached.reason;
      if (append.status === 'rejected') expect(append.reason).toMatchObject({ code: 'LOG_FENCED' });
      const counted = append.status === 'fulfilled';
      expect(attached.value.tail).toBe(counted ? 8 : 4);
      await store.append(writerOf(attached.value), attached.value.tail, bytes('+new'));
      expect(await textOf(store, await infoOf(store, id))).toBe(counted ? 'base-old+new' : 'base+new');
    }

    it('one writer of five concurrent attaches remains', async () => {
      const { store } = subject;
      const { log } = await createLog(store);
      const writers = await Promise.all(Array.from({ length: 5 }, () => attach(store, log)));
      expect(new Set(writers.map(({ epoch }) => epoch)).size).toBe(5);
      const last = Math.max(...writers.map(({ epoch }) => epoch));
      expect((await infoOf(store, log.id)).epoch).toBe(last);
      for (const writer of writers) {
        if (writer.epoch === last) expect(await store.append(writer, START, bytes('mine'))).toBe(4);
        else await expectCode(store.append(writer, START, bytes('not mine')), 'LOG_FENCED');
      }
    });

    it('an attach to a sealed log is refused', async () => {
      const writer = await createLog(subject.store);
      await seal(subject.store, writer);
      await expectCode(attach(subject.store, writer.log), 'LOG_SEALED');
    });
  });

  describe('release', () => {
    it.each(['open', 'interrupted'] as const)('a released log is %s until the next attach', async (state) => {
      const { store } = subject;
      const { log, epoch } = await createLogOf(store, 'abc');
      const released = await store.change(log, { kind: 'release', epoch, state });
      expect(released).toMatchObject({ state, epoch, tail: 3 });
      expect(await infoOf(store, log.id)).toEqual(released);

      const next = await attach(store, log);
      expect((await infoOf(store, log.id)).state).toBe('open');
      expect(await store.append(next, at(3), bytes('def'))).toBe(6);
      expect(await textOf(store, log)).toBe('abcdef');
    });

    it('a release of a sealed log is refused', async () => {
      const writer = await createLog(subject.store);
      await seal(subject.store, writer);
      const { log, epoch } = writer;
      await expectCode(subject.store.change(log, { kind: 'release', epoch, state: 'open' }), 'LOG_SEALED');
    });

    it('a release sets the time of the last update', async () => {
      const { log, epoch } = await createLog(subject.store);
      await nextMillisecond();
      const { createdAt, updatedAt } = await subject.store.change(log, {
        kind: 'release',
        epoch,
        state: 'open',
      });
      expect(updatedAt).toBeGreaterThan(createdAt);
    });
  });

  describe('annotate', () => {
    it('a patch is merged into the metadata by RFC 7396', async () => {
      const { store } = subject;
      const metadata = { kept: 1, gone: 2, deep: { a: 1, b: 2 }, list: [1, 2] };
      const { log, epoch } = await createLog(store, { metadata });
      const patch = { gone: null, deep: { b: null, c: 3 }, list: [3], fresh: { x: null, y: 1 } };
      const info = await store.change(log, { kind: 'annotate', epoch, patch });
      expect(info.metadata).toEqual({ kept: 1, deep: { a: 1, c: 3 }, list: [3], fresh: { y: 1 } });
      expect(await infoOf(store, log.id)).toEqual(info);
    });

    it('the final length is kept, with and without metadata', async () => {
      const { store } = subject;
      const { log, epoch } = await createLog(store, { metadata: { a: 1 } });
      const noted = await store.change(log, { kind: 'annotate', epoch, finalLength: at(7) });
      expect([noted.finalLength, noted.metadata]).toEqual([7, { a: 1 }]);
      await store.change(log, { kind: 'annotate', epoch, patch: { b: 2 } });
      expect(await infoOf(store, log.id)).toMatchObject({ finalLength: 7, metadata: { a: 1, b: 2 } });
    });

    it('the final length given at creation is kept', async () => {
      const { log } = await createLog(subject.store, { finalLength: at(9) });
      expect((await infoOf(subject.store, log.id)).finalLength).toBe(9);
    });

    it('a log without metadata gets the patch as its metadata', async () => {
      const { log, epoch } = await createLog(subject.store);
      const info = await subject.store.change(log, {
        kind: 'annotate',
        epoch,
        patch: { exitCode: 3, no: null },
      });
      expect(info.metadata).toEqual({ exitCode: 3 });
    });

    it.each([null, 7, 'words', [1, null], true])('the patch %j replaces all metadata', async (patch) => {
      const { log, epoch } = await createLog(subject.store, { metadata: { a: 1 } });
      await subject.store.change(log, { kind: 'annotate', epoch, patch });
      expect((await infoOf(subject.store, log.id)).metadata).toStrictEqual(patch);
    });

    it('a member named __proto__ is plain data', async () => {
      const { log, epoch } = await createLog(subject.store, { metadata: { a: 1 } });
      const patch = JSON.parse('{"__proto__": {"polluted": true}, "constructor": {"prototype": 1}}');
      await subject.store.change(log, { kind: 'annotate', epoch, patch });
      const stored = JSON.stringify((await infoOf(subject.store, log.id)).metadata);
      expect(JSON.parse(stored)).toEqual(
        JSON.parse('{"a": 1, "__proto__": {"polluted": true}, "constructor": {"prototype": 1}}'),
      );
      expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
    });

    it('an annotation changes neither the bytes nor the state nor the writer', async () => {
      const { store } = subject;
      const writer = await createLogOf(store, 'abc');
      const { log, epoch } = writer;
      const before = await infoOf(store, log.id);
      const after = await store.change(log, { kind: 'annotate', epoch, patch: { a: 1 } });
      expect(after).toEqual({ ...before, metadata: { a: 1 }, updatedAt: after.updatedAt });
      expect(await store.append(writer, at(3), bytes('d'))).toBe(4);
    });

    it('an annotation of a sealed log is refused', async () => {
      const writer = await createLog(subject.store, { metadata: 1 });
      await seal(subject.store, writer);
      const { log, epoch } = writer;
      await expectCode(subject.store.change(log, { kind: 'annotate', epoch, patch: 2 }), 'LOG_SEALED');
      expect((await infoOf(subject.store, log.id)).metadata).toBe(1);
    });
  });
}
