import type { LogStore } from '../../../src/core/store/store';
import type { TcpProxy } from '../../support/tcp-proxy';
import { type Surroundings, withRedis } from './with-redis';

export interface Snapshots extends Surroundings {
  /** Writes a snapshot of all data. */
  save(): Promise<void>;
  /** Restarts Redis from the snapshot. @param meanwhile is done before the nodes of the test reach it again */
  goBack(meanwhile?: () => Promise<void>): Promise<void>;
  /** Opens a node that reaches Redis at once after a restart. */
  openNear(): Promise<LogStore>;
}

/** Runs a test with a Redis that can be set back. */
export function withSnapshots(test: (surroundings: Snapshots) => Promise<void>): Promise<void> {
  return withRedis(async (surroundings) => {
    const { redis, admin, open, openByProxy } = surroundings;
    const proxies: TcpProxy[] = [];
    await test({
      ...surroundings,
      async open(options) {
        const { store, proxy } = await openByProxy(options);
        proxies.push(proxy);
        return store;
      },
      openNear: open,
      async save() {
        await admin.save();
      },
      async goBack(meanwhile = async () => {}) {
        for (const proxy of proxies) proxy.mode('hold');
        await redis.kill('SIGKILL');
        await redis.restart();
        for (const proxy of proxies) proxy.cut();
        await meanwhile();
        for (const proxy of proxies) proxy.mode('pass');
      },
    });
  });
}
