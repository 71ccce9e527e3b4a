import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import fc from 'fast-check';
import { advance, START } from '../../../src/core/log/offset';
import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { createLog } from '../../core/stores';
import { appOver } from '../../support/app';
import { Consumer } from '../../support/http';

interface Request {
  readonly start: readonly ['offset' | 'line' | 'tail', number] | undefined;
  readonly bound: readonly ['length' | 'lines', number] | undefined;
}

/** Text with many newlines, and characters of several bytes. */
const chunk = fc.string({ unit: fc.constantFrom('\n', 'a', 'b', '\r', '€'), minLength: 1, maxLength: 8 });
const count = fc.nat({ max: 12 });

const asked: fc.Arbitrary<Request> = fc.record({
  start: fc.option(
    fc.oneof(
      fc.tuple(fc.constant('offset' as const), fc.integer({ min: -9, max: 40 })),
      fc.tuple(fc.constant('line' as const), fc.integer({ min: 1, max: 12 })),
      fc.tuple(fc.constant('tail' as const), count),
    ),
    { nil: undefined },
  ),
  bound: fc.option(fc.tuple(fc.constantFrom('length' as const, 'lines' as const), count), { nil: undefined }),
});

/** What a request that comes after the first `stored` bytes of a stream gets, when all of `whole` has come. */
function expected(whole: Buffer, stored: number, { start, bound }: Request): Buffer {
  const rest = whole.subarray(Math.min(whole.length, beginOf(whole, stored, start)));
  if (bound === undefined) return rest;
  const [kind, max] = bound;
  return kind === 'length' ? rest.subarray(0, max) : rest.subarray(0, afterLines(rest, max));
}

function beginOf(whole: Buffer, stored: number, start: Request['start']): number {
  if (start === undefined) return 0;
  const [kind, n] = start;
  if (kind === 'line') return afterLines(whole, n - 1);
  if (kind === 'offset') return n < 0 ? Math.max(0, stored + n) : n;
  const lines = linesOf(whole.subarray(0, stored));
  return stored - lines.slice(Math.max(0, lines.length - n)).reduce((sum, line) => sum + line.length, 0);
}

function afterLines(bytes: Buffer, lines: number): number {
  return linesOf(bytes)
    .slice(0, lines)
    .reduce((sum, line) => sum + line.length, 0);
}

function linesOf(bytes: Buffer): string[] {
  return bytes.toString('latin1').match(/[^\n]*\n|[^\n]+$/g) ?? [];
}

function queryOf({ start, bound }: Request): string {
  return [start, bound].flatMap((one) => (one === undefined ? [] : [one.join('=')])).join('&');
}

/** Joins the data of events as docs/loom.md says: with a newline after each that is not partial. */
function textOf(events: string): string {
  let text = '';
  for (const block of events.split('\n\n')) {
    const name = /^event: (.*)$/m.exec(block)?.[1] ?? 'message';
    const data = [...block.matchAll(/^data: (.*)$/gm)].map(([, line = '']) => line).join('\n');
    if (name === 'partial') text += data;
    else if (name === 'message' && block.includes('data:')) text += `${data}\n`;
  }
  return text;
}

describe('a part of a stream', () => {
  const store = new MemoryStore();
  const { handler, drain } = appOver(store);
  const server = createServer(handler);
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    await drain();
    server.close();
  });

  /** Asks after the first `before` chunks, and reads until the stream is closed. */
  const read = async (
    chunks: readonly Buffer[],
    before: number,
    request: Request,
    headers: Record<string, string>,
  ): Promise<Consumer> => {
    const { port } = server.address() as AddressInfo;
    const writer = await createLog(store);
    let at = START;
    const append = async (some: readonly Buffer[]): Promise<void> => {
      for (const bytes of some) at = advance(await store.append(writer, at, [bytes]), 0);
    };
    await append(chunks.slice(0, before));
    const consumer = await Consumer.open(
      `http://127.0.0.1:${port}/stream/${writer.log.id}?${queryOf(request)}`,
      headers,
    );
    await append(chunks.slice(before));
    await store.change(writer.log, { kind: 'seal', epoch: writer.epoch, outcome: { kind: 'complete' } });
    expect(await consumer.end()).toMatchObject({ complete: true });
    return consumer;
  };

  const scenario = [fc.array(chunk, { maxLength: 10 }), fc.nat({ max: 10 }), asked] as const;

  it('has the same bytes whenever it is asked for and however they come', async () => {
    await fc.assert(
      fc.asyncProperty(...scenario, async (texts, before, request) => {
        const chunks = texts.map((text) => Buffer.from(text));
        const stored = Buffer.concat(chunks.slice(0, before)).length;
        const consumer = await read(chunks, before, request, {});
        const wanted = expected(Buffer.concat(chunks), stored, request);
        expect(consumer.bytes.toString('latin1')).toBe(wanted.toString('latin1'));
      }),
      { numRuns: 150 },
    );
  });

  it('has the same text as events', async () => {
    await fc.assert(
      fc.asyncProperty(...scenario, async (texts, before, request) => {
        // A CR ends a line of an event as well, and a character may be cut by an offset.
        const chunks = texts.map((text) => Buffer.from(text.replaceAll(/[\r€]/g, 'c')));
        const stored = Buffer.concat(chunks.slice(0, before)).length;
        const consumer = await read(chunks, before, request, { Accept: 'text/event-stream' });
        const wanted = expected(Buffer.concat(chunks), stored, request);
        expect(textOf(consumer.text)).toBe(wanted.toString());
        const ids = [...consumer.text.matchAll(/^id: (\d+)/gm)].map(([, offset]) => Number(offset));
        expect(ids).toEqual([...ids].sort((a, b) => a - b));
      }),
      { numRuns: 100 },
    );
  });
});
