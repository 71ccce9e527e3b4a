import { advance, START } from '../../../src/core/log/offset';
import { SLICE_BYTES } from '../../../src/core/scheduling/turn-byte-budget';
import { nextCursor } from '../../../src/http/durable/headers/cursor';
import { EventWriter } from '../../../src/http/durable/read/event-writer';
import type { ChunkedBody } from '../../../src/http/live/chunked-body';

describe('EventWriter', () => {
  /** A writer, and the chunks that its connection received. */
  function reader(cursor?: string) {
    const given: (readonly Buffer[])[] = [];
    const body = { writeShared: (chunks) => void given.push(chunks) } satisfies Partial<ChunkedBody>;
    const options = { encoding: 'text', cursor, from: START } as const;
    return { given, writer: new EventWriter(body as Partial<ChunkedBody> as ChunkedBody, {}, options) };
  }

  it('an event is encoded once for all readers, even if the readers of two streams alternate', () => {
    const streams = ['one', 'other'].map((text) => ({
      chunks: [Buffer.from(text)],
      readers: [reader(), reader()],
    }));
    for (const index of [0, 1]) {
      for (const { chunks, readers } of streams)
        readers[index]?.writer.writeShared(chunks, advance(START, 5));
    }
    for (const { chunks, readers } of streams) {
      const [first, second] = readers.map(({ given }) => given[0]);
      expect(first?.toString()).toContain(`data:${chunks.toString()}\n`);
      expect(second).toBe(first);
    }
  });

  it('an event is encoded once for readers whose cursors differ, and each gets its own cursor', () => {
    const now = Number(nextCursor(undefined));
    const readers = [1_000, 2_000, 3_000, 1_000].map((ahead) => reader(String(now + ahead)));
    const chunks = [Buffer.alloc(SLICE_BYTES, 'x')];
    const cursors = readers.map(({ writer, given }) => {
      // A turn has time to encode two of this size.
      expect(writer.writeShared(chunks, advance(START, SLICE_BYTES))).toBe(true);
      const text = Buffer.concat([...(given[0] ?? [])]).toString();
      expect(text).toContain(`data:${'x'.repeat(SLICE_BYTES)}\n\n`);
      return Number(/"streamCursor":"(\d+)"/.exec(text)?.[1]);
    });
    const [first = 0, second = 0, third = 0] = cursors;
    expect(first).toBeGreaterThan(now + 1_000);
    expect(second).toBeGreaterThan(now + 2_000);
    expect(third).toBeGreaterThan(now + 3_000);
    expect(readers[1]?.given[0]?.[0]).toBe(readers[0]?.given[0]?.[0]);
  });

  it('an event too large for one turn is left to a read from the store', () => {
    const { given, writer } = reader();
    const large = [Buffer.alloc(8 * SLICE_BYTES, '\n')];
    expect(writer.writeShared(large, advance(START, 8 * SLICE_BYTES))).toBe(false);
    expect(given).toEqual([]);
    expect(writer.writeShared([Buffer.from('small')], advance(START, 5))).toBe(true);
    expect(given).toHaveLength(1);
  });
});
