import { createRequire } from 'node:module';
import { join } from 'node:path';

const require = createRequire(import.meta.url);
const IN_FLIGHT = 256;
const COMPLETE = { kind: 'complete' };

/** What the streams are called, the oldest first, and what share of all of them they are. */
const KINDS = [
  { name: (i) => `build-4-${i}`, share: 0.4, isOpen: false },
  { name: (i) => `job-${i % 7}-${i}`, share: 0.4, isOpen: false },
  { name: (i) => `live-${i}`, share: 0.2, isOpen: true },
];

/** How many streams `DELETE /stream/build/7` finds, spread over all others. */
export const BUILD_7 = 20;

export const openOf = (count) => Math.round(count * 0.2);

/**
 * Makes streams in a store, in this process: over HTTP it would take ten times as long.
 * @param repository the folder whose store it is, built
 * @returns how many were made per second
 */
export async function fill(repository, url, count) {
  const store = await openStore(repository, url);
  const before = performance.now();
  const names = namesOf(count);
  const create = async () => {
    for (const { id, isOpen } of names) {
      const first = { chunks: [], ...(!isOpen && { seal: COMPLETE }) };
      await store.create(id, { contentType: 'text/plain', first }, 'new');
    }
  };
  await Promise.all(Array.from({ length: IN_FLIGHT }, create));
  const seconds = (performance.now() - before) / 1000;
  await store.close();
  return Math.round(count / seconds);
}

/** All callers share one iterator, so that the streams are made in this order. */
function* namesOf(count) {
  let made = 0;
  for (const { name, share, isOpen } of KINDS) {
    for (let i = 0; i < Math.round(count * share); i += 1) {
      yield { id: name(i), isOpen };
      if (made % Math.ceil(count / BUILD_7) === 0) yield { id: `build-7-${made}`, isOpen: false };
      made += 1;
    }
  }
}

function openStore(repository, url) {
  const { isShared, openStore: open } = require(join(repository, 'dist/storage/drivers.js'));
  const { loadConfig } = require(join(repository, 'dist/config/load.js'));
  const flags = new Map(Object.entries({ store: url, 'limits.streams': Number.POSITIVE_INFINITY }));
  const report = (message) => console.error(message);
  return open(loadConfig({ configs: [], flags }, {}, isShared), { warn: report, alarm: report });
}
