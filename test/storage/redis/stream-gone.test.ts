import { setTimeout as delay } from 'node:timers/promises';
import type { LogRef } from '../../../src/core/log/log';
import { START } from '../../../src/core/log/offset';
import { bytesKey } from '../../../src/storage/redis/schema/keys';
import { commit, createOpenLog } from '../../contract/commits';
import {
  at,
  attach,
  bytes,
  createLogOf,
  expectCode,
  infoOf,
  readAll,
  seal,
  textOf,
} from '../../contract/logs';
import { PATIENCE_MS } from '../../support/patience';
import { IMPATIENT_MS } from './impatient';
import { type Surroundings, withRedis } from './with-redis';

type Admin = Surroundings['admin'];

describe.each<[what: string, spoil: (admin: Admin, key: string) => Promise<unknown>]>([
  ['is gone', (admin, key) => admin.del(key)],
  ['is a key of another type', (admin, key) => admin.set(key, 'x')],
])('an open log whose byte stream %s', (_, spoil) => {
  const spoilAll = async (admin: Admin, { id, generation }: LogRef): Promise<void> => {
    for (const key of await admin.keys(`${bytesKey(id, generation, 1).slice(0, -1)}*`))
      await spoil(admin, key);
  };

  it('the log loses its bytes at the first request of any kind and continues at 0', () =>
    withRedis(async ({ admin, open }) => {
      const alarm = jest.fn();
      const [store, other] = [await open({ alarm }), await open({ alarm })];
      const log = await createOpenLog(store);
      const asks = [
        () => infoOf(store, log.id),
        () => readAll(store, log),
        () => expectCode(commit(store, log, 'x'), 'STORE_DAMAGED'),
        () => expectCode(store.read(log, at(4), 1), 'STORE_DAMAGED'),
        () => attach(other, log).catch(() => attach(other, log)),
      ];
      for (const [i, ask] of asks.entries()) {
        await commit(store, log, 'AAAA');
        await spoilAll(admin, log);
        await ask();
        // A node that knows none of the bytes reports their loss first, and the one that stored them says then how many there were.
        await eventually(async () => (await infoOf(store, log.id)).losses?.at(-1)?.to === 4);
        const { tail, losses } = await infoOf(store, log.id);
        expect({ tail, newest: losses?.at(-1) }).toMatchObject({
          tail: 0,
          newest: { number: i + 1, from: 0 },
        });
      }
      expect(alarm).toHaveBeenCalledTimes(asks.length);
      const writer = await attach(store, log);
      await store.append(writer, START, bytes('BBBB'));
      await seal(store, writer);
      for (const node of [store, other]) expect(await textOf(node, log)).toBe('BBBB');
    }));

  it('the log is interrupted when the node of its producer dies', () =>
    withRedis(async ({ admin, open, openByProxy }) => {
      const { store: dying, proxy } = await openByProxy({
        nodeLease: IMPATIENT_MS,
        commandTimeout: IMPATIENT_MS,
      });
      const { log } = await createLogOf(dying, 'AAAA');
      const { log: other } = await createLogOf(dying, 'BBBB');
      await spoilAll(admin, log);
      const survivor = await open({ nodeLease: IMPATIENT_MS });
      proxy.mode('hold');
      for (const { id } of [other, log])
        await eventually(async () => (await infoOf(survivor, id)).state === 'interrupted');
      expect(await infoOf(survivor, log.id)).toMatchObject({ tail: 0 });
    }));

  it('the attached producer is refused and may attach again', () =>
    withRedis(async ({ admin, open }) => {
      const store = await open();
      const writer = await createLogOf(store, 'AAAA');
      await spoilAll(admin, writer.log);
      await expect(store.append(writer, at(4), bytes('B'))).rejects.toMatchObject({
        lost: { from: 0, to: 4 },
      });
      const again = await attach(store, writer.log);
      await store.append(again, START, bytes('B'));
      expect(await textOf(store, writer.log)).toBe('B');
    }));

  it('a loss has no length until a node that knew the bytes records it', () =>
    withRedis(async ({ admin, open, openByProxy }) => {
      const { store, proxy } = await openByProxy();
      const log = await createOpenLog(store);
      await commit(store, log, 'AAAA');
      const other = await open();
      proxy.mode('hold');
      await spoilAll(admin, log);
      expect((await infoOf(other, log.id)).losses).toMatchObject([{ number: 1, from: 0, to: 0 }]);
      await commit(other, log, 'B');
      expect(await textOf(other, log)).toBe('B');
      proxy.mode('pass');
      const deadline = Date.now() + PATIENCE_MS;
      while ((await infoOf(other, log.id)).losses?.[0]?.to !== 4 && Date.now() < deadline);
      expect((await infoOf(other, log.id)).losses).toMatchObject([{ number: 1, from: 0, to: 4 }]);
    }));
});

async function eventually(isSo: () => Promise<boolean>): Promise<void> {
  const until = Date.now() + PATIENCE_MS;
  while (!(await isSo())) {
    if (Date.now() > until) throw new Error('it did not come');
    await delay(20);
  }
}
