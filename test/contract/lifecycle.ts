import type { LogRef } from '../../src/core/log/log';
import { START } from '../../src/core/log/offset';
import type { LifecycleEvent } from '../../src/core/store/news';
import { Heard } from './heard';
import { attach, bytes, createLog, INIT, seal, uniqueId } from './logs';
import type { Subject } from './store.contract';

export function describeLifecycle(subject: Subject): void {
  function listen(): Heard<LifecycleEvent> & { stop(): void } {
    const heard = new Heard<LifecycleEvent>();
    return Object.assign(heard, { stop: subject.store.lifecycle(heard.listener) });
  }

  it('the events of a log come in order, from its creation to its removal', async () => {
    const { store } = subject;
    const heard = listen();
    const first = await createLog(store);
    const { log } = first;
    await store.append(first, START, bytes('abc'));
    await store.change(log, { kind: 'release', epoch: first.epoch, state: 'interrupted' });
    const second = await attach(store, log);
    await store.change(log, { kind: 'annotate', epoch: second.epoch, patch: { a: 1 } });
    await store.change(log, { kind: 'release', epoch: second.epoch, state: 'open' });
    const third = await attach(store, log);
    await seal(store, third);
    await seal(store, third);
    await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });

    const expected = [
      { kind: 'created' },
      { kind: 'released', epoch: first.epoch, state: 'interrupted' },
      { kind: 'attached', epoch: second.epoch },
      { kind: 'released', epoch: second.epoch, state: 'open' },
      { kind: 'attached', epoch: third.epoch },
      { kind: 'ended', at: 3, outcome: { kind: 'complete' } },
      { kind: 'ended', at: 3, outcome: { kind: 'deleted' } },
    ];
    await heard.until((all) => eventsOf(all, log).length >= expected.length);
    expect(eventsOf(heard.all, log)).toEqual(expected);
    heard.stop();
  });

  it('the end of a replaced log comes before the creation of the new one', async () => {
    const { store } = subject;
    const { log } = await createLog(store);
    const heard = listen();
    const { info } = await store.create(log.id, INIT, 'replace');
    await heard.until((all) => eventsOf(all, info).length > 0);
    const mine = heard.all.filter((event) => event.log.id === log.id);
    expect(mine.map(({ kind }) => kind)).toEqual(['ended', 'created']);
    expect(eventsOf(mine, log)).toEqual([{ kind: 'ended', at: 0, outcome: { kind: 'replaced' } }]);
    expect(eventsOf(mine, info)).toEqual([{ kind: 'created' }]);
    heard.stop();
  });

  it('an abandoned log emits its end', async () => {
    const { store } = subject;
    const { log, epoch } = await createLog(store, { graceMs: 1 });
    await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
    const heard = listen();
    await store.change(log, { kind: 'abandon', now: Date.now() + 60_000, reason: 'late' });
    await heard.until((all) => eventsOf(all, log).length > 0);
    expect(eventsOf(heard.all, log)).toEqual([
      { kind: 'ended', at: 0, outcome: { kind: 'aborted', reason: 'late' } },
    ]);
    heard.stop();
  });

  it('a refused change and one without effect emit nothing', async () => {
    const { store } = subject;
    const writer = await createLog(store);
    const heard = listen();
    await Promise.allSettled([
      store.create(writer.log.id, INIT, 'new'),
      store.change(writer.log, { kind: 'release', epoch: writer.epoch + 7, state: 'open' }),
      store.change(writer.log, { kind: 'abandon', now: Date.now(), reason: 'early' }),
      store.change(writer.log, { kind: 'remove', outcome: { kind: 'expired' }, sealedBefore: Date.now() }),
    ]);
    await seal(store, writer);
    await heard.until((all) => eventsOf(all, writer.log).length > 0);
    expect(eventsOf(heard.all, writer.log).map(({ kind }) => kind)).toEqual(['ended']);
    heard.stop();
  });

  it('a closed store emits nothing', async () => {
    const { store } = subject;
    const heard = listen();
    const closing = subject.close();
    // Whether a store that closes takes anything more is its own affair.
    await Promise.allSettled([store.create(uniqueId(), INIT, 'new'), closing]);
    for (let turn = 0; turn < 20; turn += 1) await new Promise(setImmediate);
    expect(heard.all).toEqual([]);
  });

  it('every listener gets the events of every log until it is stopped', async () => {
    const { store } = subject;
    const [stopped, first, second] = [listen(), listen(), listen()];
    stopped.stop();
    const logs = await Promise.all(
      Array.from({ length: 20 }, () => createLog(store, {}, uniqueId()).then(({ log }) => log)),
    );
    for (const heard of [first, second]) {
      await heard.until((all) => logs.every((log) => eventsOf(all, log).length === 1));
    }
    expect(stopped.all).toEqual([]);
    first.stop();
    second.stop();
  });
}

/** The events of one generation, without its name. */
function eventsOf(events: readonly LifecycleEvent[], log: LogRef): { readonly kind: string }[] {
  return events
    .filter((event) => event.log.id === log.id && event.log.generation === log.generation)
    .map(({ log: _, ...event }) => event);
}
