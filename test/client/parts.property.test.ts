import fc from 'fast-check';
import { isClientError, LoomClient, type PartOptions } from '../../src/client';
import { LoomProcess } from '../support/loom-process';
import { cutFetch } from './cut-fetch';

const TIMESTAMP = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z /;

let loom: LoomProcess;
let runs = 0;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});
afterAll(() => loom.stop());

/** Short lines, empty ones, long ones, ones with a CR, with characters of several bytes and with bytes that are not UTF-8. */
const piece = fc
  .array(fc.constantFrom('\n', '\n', 'a', 'bc', '\r\n', 'é', '€', '🙂', '\ufffd', '\x00', 'x'.repeat(300)), {
    maxLength: 12,
  })
  .chain((texts) =>
    fc
      .array(fc.nat(40), { maxLength: 2 })
      .map((spoilt) => Buffer.from(texts.join('')).map((byte, at) => (spoilt.includes(at) ? 0xff : byte))),
  );
const pieces = fc.array(piece, { maxLength: 8 });
const cuts = fc.array(fc.nat(120), { maxLength: 6 });
/** Line and number of lines. */
const part = fc.record({
  line: fc.integer({ min: 1, max: 6 }),
  lines: fc.option(fc.integer({ min: 1, max: 5 })),
});

/** A stream that is written while `read` reads it, over connections that break. */
async function whileWritten<T>(
  written: readonly Uint8Array[],
  broken: readonly number[],
  read: (client: LoomClient, id: string) => Promise<T>,
): Promise<T> {
  runs += 1;
  const id = `run-${runs}`;
  const writer = new LoomClient({ url: loom.url });
  const upload = writer.upload(id);
  await upload.write(new Uint8Array());
  await untilCreated(writer, id);
  const reader = read(new LoomClient({ url: loom.url, fetch: cutFetch(broken) }), id);
  for (const one of written) {
    await upload.write(one);
    // The request takes some time, in which the bytes arrive.
    await writer.head(id);
  }
  await upload.end();
  await upload.done;
  return reader;
}

/** The lines of a text, each with its newline. */
function linesOf(bytes: Uint8Array): Buffer[] {
  const lines: Buffer[] = [];
  const all = Buffer.from(bytes);
  for (let begin = 0; begin < all.length; ) {
    const newline = all.indexOf('\n', begin);
    const end = newline === -1 ? all.length : newline + 1;
    lines.push(all.subarray(begin, end));
    begin = end;
  }
  return lines;
}

async function untilCreated(client: LoomClient, id: string): Promise<void> {
  for (;;) {
    try {
      await client.head(id);
      return;
    } catch (error) {
      if (!isClientError(error, 'NOT_FOUND')) throw error;
    }
  }
}

async function bytesOf(pieces: AsyncIterable<Uint8Array>): Promise<Buffer> {
  return Buffer.concat(await itemsOf(pieces));
}

/** The stream may be closed before the first request, which is then refused if it has no such line. */
async function itemsOf<T>(items: AsyncIterable<T>): Promise<T[]> {
  const all: T[] = [];
  try {
    for await (const one of items) all.push(one);
  } catch (error) {
    if (!isClientError(error) || error.answerCode !== 'range_not_satisfiable') throw error;
  }
  return all;
}

const quick = { baseMs: 0, capMs: 0 };

function optionsOf({ line, lines }: { line: number; lines: number | null }): PartOptions {
  return { ...quick, from: { line }, ...(lines !== null && { lines }) };
}

it.each([false, true])(
  'the bytes of a part are those of its lines, whatever breaks (timestamps: %p)',
  async (timestamps) => {
    await fc.assert(
      fc.asyncProperty(pieces, cuts, part, async (written, broken, { line, lines }) => {
        const whole = linesOf(Buffer.concat(written));
        const expected = Buffer.concat(whole.slice(line - 1, lines === null ? undefined : line - 1 + lines));
        const shown = await whileWritten(written, broken, async (client, id) =>
          bytesOf(client.follow(id, { ...optionsOf({ line, lines }), timestamps })),
        );
        const text = timestamps ? linesOf(shown).map(withoutTimestamp) : [shown];
        expect(Buffer.concat(text).toString('latin1')).toBe(expected.toString('latin1'));
      }),
      { numRuns: 25, endOnFailure: true },
    );
  },
);

function withoutTimestamp(line: Buffer): Buffer {
  expect(line.toString('latin1')).toMatch(TIMESTAMP);
  return line.subarray(25);
}

it('the lines of a part are complete, in order and where their offsets say, whatever breaks', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, cuts, part, async (written, broken, { line, lines }) => {
      const all = Buffer.concat(written);
      const whole = linesOf(all);
      const expected = whole.slice(line - 1, lines === null ? undefined : line - 1 + lines);
      const found = await whileWritten(written, broken, async (client, id) =>
        itemsOf(client.follow(id, optionsOf({ line, lines })).lines({ parts: true })),
      );
      const texts = expected.map((_, index) =>
        found
          .filter((one) => one.line === line + index)
          .map(({ text }) => text)
          .join(''),
      );
      expect(texts).toEqual(expected.map((one) => one.toString().replace(/\n$/, '')));
      expect(found.map((one) => one.line)).toEqual(found.map((one) => one.line).toSorted((a, b) => a - b));
      for (const { offset, text, partial } of found) {
        const next = found.find((one) => one.offset > offset)?.offset ?? all.length;
        const end = partial ? next : all.indexOf('\n', offset);
        expect(all.subarray(offset, end === -1 ? all.length : end).toString()).toBe(text);
      }
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

it('what is there is read to its end and no further, whatever breaks', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, cuts, fc.nat(6), async (written, broken, tail) => {
      const whole = linesOf(Buffer.concat(written));
      runs += 1;
      const id = `run-${runs}`;
      const upload = new LoomClient({ url: loom.url }).upload(id);
      await upload.write(Buffer.concat(written));
      await upload.end();
      await upload.done;
      const client = new LoomClient({ url: loom.url, fetch: cutFetch(broken) });
      const reading = client.follow(id, { ...quick, from: { tail }, follow: false });
      const expected = tail === 0 ? [] : whole.slice(-tail);
      expect((await bytesOf(reading)).equals(Buffer.concat(expected))).toBe(true);
      expect(reading.end).toEqual({ state: 'closed', outcome: 'complete', metadata: undefined });
    }),
    { numRuns: 25, endOnFailure: true },
  );
});

it('a search finds each line once, whatever breaks', async () => {
  await fc.assert(
    fc.asyncProperty(pieces, cuts, fc.integer({ min: 1, max: 9 }), async (written, broken, limit) => {
      const whole = linesOf(Buffer.concat(written));
      const found = await whileWritten(written, broken, async (client, id) =>
        itemsOf(client.matches(id, 'a', { ...quick, follow: true, limit })),
      );
      const expected = whole.flatMap((line, index) => (line.includes('a') ? [index + 1] : []));
      expect(found.map(({ line }) => line)).toEqual(expected.slice(0, limit));
    }),
    { numRuns: 25, endOnFailure: true },
  );
});
