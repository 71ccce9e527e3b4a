import { advance, START } from '../../../src/core/offset';
import type { ChunkedBody } from '../../../src/http/chunked-body';
import { EventWriter } from '../../../src/http/durable/event-writer';

describe('events that all readers at a tail are told of', () => {
  /** What a reader's connection was given. */
  function reader() {
    const given: (readonly Buffer[])[] = [];
    const body = { writeShared: (chunks) => void given.push(chunks) } satisfies Partial<ChunkedBody>;
    const options = { encoding: 'text', cursor: undefined, from: START } as const;
    return { given, writer: new EventWriter(body as Partial<ChunkedBody> as ChunkedBody, options) };
  }

  it('are made once, also when the readers of several streams are told in turn', () => {
    const streams = ['one', 'other'].map((text) => ({
      chunks: [Buffer.from(text)],
      readers: [reader(), reader()],
    }));
    for (const index of [0, 1]) {
      for (const { chunks, readers } of streams) readers[index]?.writer.shared(chunks, advance(START, 5));
    }
    for (const { chunks, readers } of streams) {
      const [first, second] = readers.map(({ given }) => given[0]);
      expect(first?.toString()).toContain(`data:${chunks.toString()}\n`);
      expect(second).toBe(first);
    }
  });
});
