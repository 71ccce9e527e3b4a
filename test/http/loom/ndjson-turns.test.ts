import { createLogOf } from '../../core/stores';
import { joined, NDJSON, objectsIn } from '../../e2e/ndjson';
import { request } from '../../support/http';
import { withCountedTurns } from '../counted-turns';

const BYTES = 256 * 1024;
/** Of what is encoded: what needs no turn of its own, a slice that has one, and a line that was kept before. */
const BYTES_PER_TURN = 192 * 1024;

describe('NDJSON of a large stream', () => {
  const { store, url, mostWritten } = withCountedTurns();

  it.each([
    ['line feeds', '\n', 1.5],
    ['lines of one letter', 'x\n', 1.5],
    ['lines of a hundred letters', `${'x'.repeat(99)}\n`, 1.5],
    ['characters that are escaped', '\x1b', 6],
    ['bytes that are not UTF-8', '\xff', 3],
  ])('is made of a bounded number of bytes per turn: %s', async (_of, unit, factor) => {
    const body = Buffer.alloc(BYTES - (BYTES % unit.length), Buffer.from(unit, 'latin1'));
    await request(url('/stream/large?force=true'), { method: 'POST', body });
    const answer = await request(url('/stream/large'), { headers: NDJSON });
    const objects = objectsIn(answer);
    expect(objects.at(-1)).toMatchObject({ state: 'closed', bytes: body.length });
    if (unit.endsWith('\n')) {
      expect(joined(objects)).toBe(body.toString());
      // However long the answer takes, what is stored is not waited for.
      expect(objects.filter(({ partial }) => partial)).toEqual([]);
    }
    expect(mostWritten()).toBeLessThan(BYTES_PER_TURN * factor);
  });

  it('keeps no more than its beginning of a line of 100 MB', async () => {
    const MIB = Buffer.alloc(1024 * 1024, 'x');
    const writer = await createLogOf(store, '');
    // One chunk a hundred times, so that the store itself needs no memory.
    let tail = (await store.info(writer.log.id))?.tail;
    for (let i = 0; i < 100 && tail !== undefined; i += 1) tail = await store.append(writer, tail, [MIB]);
    await store.change(writer.log, { kind: 'seal', outcome: { kind: 'complete' }, epoch: writer.epoch });
    const before = process.memoryUsage().rss;
    const answer = await request(url(`/stream/${writer.log.id}`), { headers: NDJSON });
    expect(process.memoryUsage().rss - before).toBeLessThan(64 * 1024 * 1024);
    const [line, last, ...rest] = objectsIn(answer);
    expect(line).toMatchObject({ line: 1, offset: 0, text: 'x'.repeat(65_536), partial: true, cut: true });
    expect(last).toMatchObject({ state: 'closed', bytes: 100 * MIB.length, lines: 1 });
    expect(rest).toEqual([]);
  });
});
