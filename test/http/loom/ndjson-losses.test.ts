import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import type { LogRef, Writer } from '../../../src/core/log/log';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import { DamageError } from '../../../src/core/store/damage';
import type { TimedPage } from '../../../src/core/store/store';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLogOf } from '../../core/stores';
import { NDJSON, objectsIn, untimed } from '../../e2e/ndjson';
import { appOver } from '../../support/app';
import { Consumer, request } from '../../support/http';

const FIVE = advance(START, 5);

class FragileStore extends MemoryStore {
  /** Called before each timed read; what it throws the read throws. */
  beforeRead: (log: LogRef, from: Offset) => void = () => {};

  override async readTimed(log: LogRef, from: Offset, bytesMax: number): Promise<TimedPage> {
    this.beforeRead(log, from);
    return super.readTimed(log, from, bytesMax);
  }
}

describe('NDJSON of a log that loses bytes', () => {
  const store = new FragileStore();
  const { handler, drain } = appOver(store);
  const server = createServer(handler);
  let writer: Writer;
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  beforeEach(async () => {
    store.beforeRead = () => {};
    writer = await createLogOf(store, 'AAAA\nBBBB\n');
  });
  afterAll(async () => {
    await drain();
    server.close();
  });
  const url = (query = ''): string => {
    const { port } = server.address() as AddressInfo;
    return `http://127.0.0.1:${port}/stream/${writer.log.id}${query}`;
  };

  it('ends with an object that names them and the new generation, with which the reader goes on', async () => {
    const reader = await Consumer.open(url(), NDJSON);
    await reader.until('BBBB"}\n');
    store.lose(writer.log, FIVE);
    expect(await reader.end()).toMatchObject({ complete: true });
    const generation = `${writer.log.generation}.1`;
    expect(objectsIn(reader).at(-1)).toEqual({ state: 'lost', generation, lost: { from: 5, to: 10 } });
    await store.append(writer, FIVE, [Buffer.from('CC\n')]);
    const old = await request(url(`?line=3&notail&generation=${writer.log.generation}`), { headers: NDJSON });
    expect(old.status).toBe(409);
    const next = await request(url(`?offset=5&notail&generation=${generation}`), { headers: NDJSON });
    expect(untimed(objectsIn(next))).toEqual([
      { line: 2, offset: 5, text: 'CC' },
      { state: 'open', bytes: 8, lines: 2 },
    ]);
  });

  it('never has the bytes that came in their place', async () => {
    const reader = await Consumer.open(url(), NDJSON);
    await reader.until('BBBB"}\n');
    store.lose(writer.log, FIVE);
    await store.append(writer, FIVE, [Buffer.from('CCCC\nDDDD\n')]);
    await reader.end();
    expect(reader.text).not.toMatch(/CCCC|DDDD/);
  });

  it('is cut with timestamps, as the bytes are', async () => {
    const reader = await Consumer.open(url('?timestamps'));
    await reader.until('BBBB\n');
    store.lose(writer.log, FIVE);
    expect(await reader.end()).toMatchObject({ complete: false });
  });

  it('ends before bytes that cannot be read, and says so', async () => {
    const text = `${'x'.repeat(99)}\n`.repeat(10_000);
    writer = await createLogOf(store, `${text}rest`);
    store.beforeRead = (log, from) => {
      if (from === 0) return;
      throw new DamageError(log, { from, to: advance(from, 10) });
    };
    const reader = await Consumer.open(url(), NDJSON);
    await reader.end();
    const objects = objectsIn(reader);
    const read = objects
      .slice(0, -1)
      .reduce((sum, { text = '', partial }) => sum + text.length + (partial ? 0 : 1), 0);
    expect(read).toBeGreaterThan(100_000);
    expect(objects.at(-1)).toEqual({ state: 'damaged', lost: { from: read, to: read + 10 } });
  });
});
