import fc from 'fast-check';
import type { LogInfo } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import type { ListQuery } from '../../src/core/store/list-query';
import { anyFilter, anyStep, ListedModel } from './listed-model';
import { createLog, expectCode, infoOf, listAll, nextMillisecond, seal, uniqueId } from './logs';
import type { Subject } from './store.contract';

export function describeListing(subject: Subject): void {
  /** Ids that begin with `prefix`, oldest first, each made in a millisecond of its own. */
  async function createSeveral(prefix: string, count: number): Promise<string[]> {
    const ids: string[] = [];
    for (let i = 0; i < count; i += 1) {
      const id = parseLogId(`${prefix}${(i * 7) % 10}`);
      await createLog(subject.store, {}, id);
      ids.push(id);
      await nextMillisecond();
    }
    return ids;
  }

  it('logs are listed newest first, with their info', async () => {
    const prefix = uniqueId();
    const ids = await createSeveral(prefix, 5);
    const logs = await listAll(subject.store, { limit: 100, prefix });
    expect(logs.map(({ id }) => id)).toEqual(ids.toReversed());
    for (const info of logs) expect(await infoOf(subject.store, info.id)).toEqual(info);
  });

  it.each([1, 2, 3, 5, 6])('every log is listed once in pages of %i', async (limit) => {
    const prefix = uniqueId();
    const ids = await createSeveral(prefix, 5);
    expect((await listAll(subject.store, { limit, prefix })).map(({ id }) => id)).toEqual(ids.toReversed());
  });

  it('logs created in the same millisecond are listed once each', async () => {
    const prefix = uniqueId();
    const ids = Array.from({ length: 40 }, (_, i) => parseLogId(`${prefix}-${i}`));
    await Promise.all(ids.map((id) => createLog(subject.store, {}, id)));
    const listed = await listAll(subject.store, { limit: 7, prefix });
    expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('a prefix is taken literally', async () => {
    const unique = uniqueId();
    for (const id of [
      `${unique}*a`,
      `${unique}xa`,
      `${unique}[x]`,
      `${unique}?`,
      `${unique}\\`,
      `${unique}é`,
    ]) {
      await createLog(subject.store, {}, parseLogId(id));
    }
    const idsOf = async (prefix: string) =>
      (await listAll(subject.store, { limit: 100, prefix })).map(({ id }) => id);
    expect(await idsOf(`${unique}*`)).toEqual([`${unique}*a`]);
    expect(await idsOf(`${unique}[x`)).toEqual([`${unique}[x]`]);
    expect(await idsOf(`${unique}?`)).toEqual([`${unique}?`]);
    expect(await idsOf(`${unique}\\`)).toEqual([`${unique}\\`]);
    expect(await idsOf(`${unique}é`)).toEqual([`${unique}é`]);
    expect(await idsOf(`*${unique}`)).toEqual([]);
    expect(await idsOf(unique)).toHaveLength(6);
  });

  it('logs can be listed by state', async () => {
    const { store } = subject;
    const prefix = uniqueId();
    const [open, interrupted, closed] = await Promise.all(
      ['-open', '-interrupted', '-closed'].map((name) => createLog(store, {}, parseLogId(prefix + name))),
    );
    if (open === undefined || interrupted === undefined || closed === undefined) throw new Error('no logs');
    const { log, epoch } = interrupted;
    await store.change(log, { kind: 'release', epoch, state: 'interrupted' });
    await seal(store, closed);
    for (const state of ['open', 'interrupted', 'closed'] as const) {
      expect((await listAll(subject.store, { limit: 1, prefix, state })).map(({ id }) => id)).toEqual([
        `${prefix}-${state}`,
      ]);
    }
    expect(await listAll(subject.store, { limit: 10, prefix })).toHaveLength(3);
  });

  it('a cursor stays valid when its log is removed and new logs are created', async () => {
    const { store } = subject;
    const prefix = uniqueId();
    const ids = await createSeveral(prefix, 6);
    const first: LogInfo[] = [];
    let cursor: string | undefined;
    while (first.length < 2) {
      const page = await store.list({ limit: 2 - first.length, prefix, ...(cursor && { cursor }) });
      first.push(...page.logs);
      cursor = page.next;
    }
    if (cursor === undefined) throw new Error('there must be a next page');
    await createLog(store, {}, parseLogId(`${prefix}-new`));
    for (const log of first) await store.change(log, { kind: 'remove', outcome: { kind: 'deleted' } });

    const rest = await listAll(store, { limit: 2, prefix, cursor });
    expect(rest.map(({ id }) => id)).toEqual(ids.slice(0, 4).toReversed());
  });

  it('a replaced log is listed once, as a new one', async () => {
    const { store } = subject;
    const prefix = uniqueId();
    const [old] = await createSeveral(prefix, 3);
    if (old === undefined) throw new Error('no logs');
    const { info } = await store.create(parseLogId(old), { contentType: 'text/new', graceMs: 1 }, 'replace');
    const logs = await listAll(subject.store, { limit: 100, prefix });
    expect(logs).toHaveLength(3);
    expect(logs[0]).toEqual(info);
  });

  it.each(['nonsense', '', '0', '\0', '💡', '../..', '{"a":1}', '9'.repeat(40)])(
    'the cursor %j, which no page returned, is refused',
    async (cursor) => {
      await expectCode(subject.store.list({ limit: 10, cursor }), 'LOG_ID_INVALID');
    },
  );

  it('the list agrees with a model for any prefix and state', async () => {
    const scenario = fc.tuple(fc.array(anyStep, { maxLength: 30 }), fc.array(anyFilter, { maxLength: 4 }));
    await fc.assert(
      fc.asyncProperty(scenario, fc.integer({ min: 1, max: 5 }), async ([steps, filters], limit) => {
        const model = new ListedModel(subject.store, uniqueId());
        for (const step of steps) await model.take(step);
        for (const filter of [...filters, {}]) {
          const logs = await listAll(subject.store, { ...model.query(filter), limit });
          expect(generationsOf(logs).toSorted()).toEqual(model.matching(filter).toSorted());
          const times = logs.map(({ createdAt }) => createdAt);
          expect(times).toEqual(times.toSorted((a, b) => b - a));
        }
      }),
      { numRuns: 40 },
    );
  });

  it('a log that matches all the time is listed exactly once, whatever changes between pages', async () => {
    const scenario = fc.record({
      before: fc.array(anyStep, { minLength: 5, maxLength: 30 }),
      between: fc.array(fc.array(anyStep, { maxLength: 3 }), { maxLength: 12 }),
      filter: anyFilter,
      limit: fc.integer({ min: 1, max: 3 }),
    });
    await fc.assert(
      fc.asyncProperty(scenario, async ({ before, between, filter, limit }) => {
        const { store } = subject;
        const model = new ListedModel(store, uniqueId());
        for (const step of before) await model.take(step);
        const ever = new Set(model.matching(filter));
        let always = model.matching(filter);
        const pages = [...between];
        const listed: string[] = [];
        let query: ListQuery = { ...model.query(filter), limit };
        for (let page = await store.list(query); ; page = await store.list(query)) {
          listed.push(...generationsOf(page.logs));
          for (const step of pages.shift() ?? []) {
            await model.take(step);
            const now = model.matching(filter);
            for (const generation of now) ever.add(generation);
            always = always.filter((generation) => now.includes(generation));
          }
          if (page.next === undefined) break;
          query = { ...query, cursor: page.next };
        }
        expect(new Set(listed).size).toBe(listed.length);
        expect(listed).toEqual(expect.arrayContaining(always));
        expect(listed.filter((generation) => !ever.has(generation))).toEqual([]);
      }),
      { numRuns: 40 },
    );
  });

  it('the state `live` lists open and interrupted logs', async () => {
    const { store } = subject;
    const model = new ListedModel(store, uniqueId());
    for (const name of ['a', 'b', 'ab', '~']) await model.take({ kind: 'create', name });
    await model.take({ kind: 'interrupt', name: 'a' });
    await model.take({ kind: 'seal', name: 'ab' });
    const logs = await listAll(store, { ...model.query({}), limit: 2, state: 'live' });
    expect(generationsOf(logs).toSorted()).toEqual(model.matching({ state: 'live' }).toSorted());
    expect(logs).toHaveLength(3);
  });

  it('an aborted list throws the reason of its signal', async () => {
    await createLog(subject.store);
    const leaving = new AbortController();
    const reason = new Error('left');
    leaving.abort(reason);
    await expect(subject.store.list({ limit: 1 }, leaving.signal)).rejects.toBe(reason);
    await expect(subject.store.list({ limit: 1, prefix: 'x' }, leaving.signal)).rejects.toBe(reason);
  });

  it('logs are counted by their state, and removed ones are not', async () => {
    const { store } = subject;
    const before = await store.count();
    const model = new ListedModel(store, uniqueId());
    for (const name of ['a', 'b', 'ab', '~', 'c']) await model.take({ kind: 'create', name });
    await model.take({ kind: 'interrupt', name: 'a' });
    for (const name of ['ab', 'c']) await model.take({ kind: 'seal', name });
    await model.take({ kind: 'remove', name: 'c' });
    const { open, interrupted, closed } = await store.count();
    expect([open - before.open, interrupted - before.interrupted, closed - before.closed]).toEqual([2, 1, 1]);
  });

  it('the list is empty if nothing matches', async () => {
    expect(await listAll(subject.store, { limit: 10, prefix: uniqueId('none') })).toEqual([]);
  });
}

function generationsOf(logs: readonly LogInfo[]): string[] {
  return logs.map(({ generation }) => generation);
}
