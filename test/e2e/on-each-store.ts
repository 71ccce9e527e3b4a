import { randomUUID } from 'node:crypto';
import { type RedisServer, startRedisServer } from '../support/redis-server';
import { withLoom } from './with-loom';

export interface Subject {
  url(path: string): string;
  /** An id that no other test uses. */
  freshId(): string;
}

/** Runs tests against a real server process, on files and on Redis. */
export function onEachStore(name: string, tests: (subject: Subject) => void, { config = '' } = {}): void {
  const freshId = (): string => randomUUID();

  describe(`${name}, on files`, () => {
    const loom = withLoom({ store: 'file:', config });
    tests({ url: loom.url, freshId });
  });

  describe(`${name}, on Redis`, () => {
    let redis: RedisServer | undefined;
    beforeAll(async () => {
      redis = await startRedisServer();
    });
    afterAll(() => redis?.stop());
    const loom = withLoom({ store: () => redis?.url ?? '', config });
    tests({ url: loom.url, freshId });
  });
}
