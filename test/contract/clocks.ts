import { setTimeout as delay } from 'node:timers/promises';
import type { LogInit, Writer } from '../../src/core/log/log';
import { type JanitorEvent, sweep } from '../../src/core/store/janitor';
import { createLog, infoOf, nextMillisecond, seal } from './logs';
import type { Subject } from './store.contract';

const HOUR = 3_600_000;
const LONG = 600_000;

/** A step of the system's clock: `Date.now` jumps, and the monotonic clock goes on. */
function setClock(byMs: number): jest.SpyInstance {
  const present = Date.now;
  return jest.spyOn(Date, 'now').mockImplementation(() => present() + byMs);
}

/** What waits for a time waits as long as it would have, and what is over by then is over. */
export function describeClocks(subject: Pick<Subject, 'store'>): void {
  describe.each([
    ['forward', HOUR],
    ['back', -HOUR],
  ])('a step %s by an hour', (_, byMs) => {
    let clock: jest.SpyInstance;
    afterEach(() => clock.mockRestore());

    it('a log waits for its producer as long as before the step, and so does one released after it', async () => {
      const before = await bothOf(released);
      clock = setClock(byMs);
      const after = await bothOf(released);
      expect(await sweptUntil(2, [...before, ...after])).toEqual(['abandoned', 'abandoned']);
      for (const [patient, short] of [before, after]) {
        expect((await infoOf(subject.store, patient.log.id)).state).toBe('interrupted');
        expect((await infoOf(subject.store, short.log.id)).state).toBe('closed');
      }
    });

    it('an idle log lives as long as before the step, and so does one created after it', async () => {
      const make = (ttlMs: number): Promise<Writer> => create({ expiry: { kind: 'idle', ttlMs } });
      const before = await bothOf(make);
      clock = setClock(byMs);
      const after = await bothOf(make);
      for (const [living, dead] of [before, after]) {
        expect(await subject.store.info(living.log.id)).toBeDefined();
        await subject.store.change(living.log, { kind: 'touch' });
        expect(await subject.store.info(dead.log.id)).toBeUndefined();
      }
      expect(await sweptUntil(2, [...before, ...after])).toEqual(['expired', 'expired']);
    });

    it('a sealed log is kept as long as before the step', async () => {
      const ended = await create({});
      await seal(subject.store, ended);
      clock = setClock(byMs);
      const later = await create({});
      await seal(subject.store, later);
      await past();
      expect(await swept([ended, later], LONG)).toEqual([]);
      expect(await sweptUntil(2, [ended, later], 1)).toEqual(['expired', 'expired']);
    });
  });

  it("a log with a fixed expiry expires by the system's clock", async () => {
    const at = Date.now() + LONG;
    const log = await create({ expiry: { kind: 'at', at } });
    expect(await subject.store.info(log.log.id)).toBeDefined();
    expect(await swept([log])).toEqual([]);
  });

  const create = (init: Partial<LogInit>): Promise<Writer> => createLog(subject.store, init);

  /** The first waits for long, the second for no more than a moment that is over when this resolves. */
  async function bothOf(make: (ms: number) => Promise<Writer>): Promise<[Writer, Writer]> {
    const both: [Writer, Writer] = [await make(LONG), await make(1)];
    await past();
    return both;
  }

  async function released(graceMs: number): Promise<Writer> {
    const writer = await create({ graceMs });
    await subject.store.change(writer.log, { kind: 'release', epoch: writer.epoch, state: 'interrupted' });
    return writer;
  }

  /** A store that is asked over the network may find things due a little later. */
  async function sweptUntil(count: number, logs: readonly Writer[], maxAgeMs?: number): Promise<string[]> {
    const kinds: string[] = [];
    while (kinds.length < count) {
      kinds.push(...(await swept(logs, maxAgeMs)));
      await delay(1);
    }
    return kinds.sort();
  }

  /** What a round of the janitor does with these logs: the store may hold others. */
  async function swept(logs: readonly Writer[], maxAgeMs?: number): Promise<string[]> {
    const own = new Set(logs.map(({ log }) => log.generation));
    const kinds: string[] = [];
    const report = (event: JanitorEvent): void => {
      if ('log' in event && own.has(event.log.generation)) kinds.push(event.kind);
    };
    const options = { report, ...(maxAgeMs !== undefined && { maxAgeMs }) };
    await sweep(subject.store, options, new AbortController().signal);
    return kinds;
  }
}

async function past(): Promise<void> {
  for (let i = 0; i < 3; i += 1) await nextMillisecond();
}
