import type { LogInfo } from '../../src/core/log';
import { parseLogId } from '../../src/core/log-id';
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

  it('gives the newest first, with their facts', async () => {
    const prefix = uniqueId();
    const ids = await createSeveral(prefix, 5);
    const logs = await listAll(subject.store, { limit: 100, prefix });
    expect(logs.map(({ id }) => id)).toEqual(ids.toReversed());
    for (const info of logs) expect(await infoOf(subject.store, info.id)).toEqual(info);
  });

  it.each([1, 2, 3, 5, 6])('gives every log once in pages of %i', async (limit) => {
    const prefix = uniqueId();
    const ids = await createSeveral(prefix, 5);
    expect((await listAll(subject.store, { limit, prefix })).map(({ id }) => id)).toEqual(ids.toReversed());
  });

  it('gives every log once, also of those made in the same millisecond', async () => {
    const prefix = uniqueId();
    const ids = Array.from({ length: 40 }, (_, i) => parseLogId(`${prefix}-${i}`));
    await Promise.all(ids.map((id) => createLog(subject.store, {}, id)));
    const listed = await listAll(subject.store, { limit: 7, prefix });
    expect(listed.map(({ id }) => id).toSorted()).toEqual(ids.toSorted());
    const times = listed.map(({ createdAt }) => createdAt);
    expect(times).toEqual(times.toSorted((a, b) => b - a));
  });

  it('takes a prefix literally', async () => {
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

  it('picks logs by their state', async () => {
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

  it('goes on where it was although the log there was removed or new ones came', async () => {
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

  it('shows a replaced log once, as new', async () => {
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
    'refuses the cursor %j, which no page gave',
    async (cursor) => {
      await expectCode(subject.store.list({ limit: 10, cursor }), 'LOG_ID_INVALID');
    },
  );

  it('is empty where nothing matches', async () => {
    expect(await listAll(subject.store, { limit: 10, prefix: uniqueId('none') })).toEqual([]);
  });
}
