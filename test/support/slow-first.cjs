const { existsSync } = require('node:fs');
const { join } = require('node:path');
const { default: TestSequencer } = require('@jest/test-sequencer');

/**
 * The suites that take longest, the longest first. Without times of an earlier run jest sorts by the size of files, which says little
 * here: those of the contracts are small, and one of them ended minutes after all others.
 */
const SLOWEST = [
  'storage/files/files-store.contract.test.ts',
  'faults/memory-given-back.test.ts',
  'bench/smoke.test.ts',
  'faults/slow-consumer.test.ts',
  'faults/lost-bytes.test.ts',
  'faults/damaged-files.test.ts',
  'storage/redis/cluster.contract.test.ts',
  'storage/redis/redis-store.contract.test.ts',
  'web/list/list-page.test.ts',
  'bench/lines.test.ts',
  'faults/kill-server.test.ts',
  'faults/redis-still.test.ts',
  'faults/redis-away.test.ts',
  'storage/files/churn-crash.test.ts',
  'e2e/packets/acceptance.test.ts',
  'relay/broken-middle.test.ts',
  'faults/large-streams.test.ts',
  'relay/nodes.test.ts',
  'e2e/costly-searches.test.ts',
  'faults/workers.test.ts',
  'bench/wrong-content.test.ts',
  'relay/httpipe.test.ts',
  'relay/impatient.test.ts',
  'cli/verbs.test.ts',
  'cli/read-verbs.test.ts',
  'cli/command-line.test.ts',
  'web/log/huge-log.test.ts',
  'web/log/errors.test.ts',
  'e2e/tus-client.test.ts',
  'storage/memory/memory-store.contract.test.ts',
];

const PLACES = new Map(SLOWEST.map((path, place) => [join(__dirname, '..', path), place]));

for (const path of PLACES.keys())
  if (!existsSync(path)) throw new Error(`${__filename} lists ${path}, which does not exist`);

/** Begins with the slowest suites, so that none of them runs alone at the end, and leaves the others in the order of jest. */
module.exports = class SlowFirst extends TestSequencer {
  sort(tests) {
    return [...super.sort(tests)].sort((one, other) => placeOf(one) - placeOf(other));
  }
};

function placeOf({ path }) {
  return PLACES.get(path) ?? SLOWEST.length;
}
