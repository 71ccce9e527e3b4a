import { advance, START } from '../../../src/core/log/offset';
import { SLICE_BYTES } from '../../../src/core/scheduling/turn-byte-budget';
import { EventWriter } from '../../../src/http/durable/read/event-writer';
import type { ChunkedBody } from '../../../src/http/live/chunked-body';

describe('EventWriter', () => {
  /** A writer, and the chunks that its connection received. */
  function reader() {
    const given: (readonly Buffer[])[] = [];
    const body = { writeShared: (chunks) => void given.push(chunks) } satisfies Partial<ChunkedBody>;
    const options = { encoding: 'text', cursor: undefined, from: START } as const;
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

  it('an event too large for one turn is left to a read from the store', () => {
    const { given, writer } = reader();
    const large = [Buffer.alloc(8 * SLICE_BYTES, '\n')];
    expect(writer.writeShared(large, advance(START, 8 * SLICE_BYTES))).toBe(false);
    expect(given).toEqual([]);
    expect(writer.writeShared([Buffer.from('small')], advance(START, 5))).toBe(true);
    expect(given).toHaveLength(1);
  });
});
