import fc from 'fast-check';
import { SLICE_BYTES } from '../../../src/core/scheduling/turn-byte-budget';
import { JsonArray, jsonArrayLength, splitJsonMessages } from '../../../src/http/durable/json/json-messages';
import { RequestError } from '../../../src/http/errors/request-error';

const MIB = 1024 * 1024;

const stored = async (body: string | Buffer, size = Number.MAX_SAFE_INTEGER) =>
  Buffer.concat(await splitJsonMessages(cut(Buffer.from(body), size)));
const texts = async (body: string) => (await stored(body)).toString();

function cut(bytes: Buffer, size: number): Buffer[] {
  const chunks: Buffer[] = [];
  for (let at = 0; at < bytes.length; at += size) chunks.push(bytes.subarray(at, at + size));
  return chunks;
}

describe('the messages of a JSON body', () => {
  it('a body is one message, or one per item of its array', async () => {
    expect(await texts('{"a" : [1, 2]}')).toBe('{"a":[1,2]}\n');
    expect(await texts('[{"a":1},\r\n\t2]')).toBe('{"a":1}\n2\n');
    expect(await texts('[[1, 2], [[3]], "[,]", []]')).toBe('[1,2]\n[[3]]\n"[,]"\n[]\n');
    expect(await texts(' "\\"\\\\" ')).toBe('"\\"\\\\"\n');
    expect(await texts('[ ]')).toBe('');
  });

  it('the messages have the values of the body, however it was formatted', async () => {
    await fc.assert(
      fc.asyncProperty(fc.json(), fc.nat(4), fc.integer({ min: 1, max: 20 }), async (text, indent, size) => {
        const value: unknown = JSON.parse(text);
        const bytes = await stored(JSON.stringify(value, null, indent), size);
        const lines = bytes.toString().split('\n').slice(0, -1);
        const expected = Array.isArray(value) ? value : [value];
        expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
      }),
    );
  });

  it('the stored messages become one array again, however they are cut', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        async (values, size) => {
          const bytes = await stored(JSON.stringify(values));
          const before = bytes.toString();
          const array = new JsonArray();
          const pieces: Buffer[] = [];
          for (let at = 0; at < bytes.length; at += size) {
            pieces.push(array.next([bytes.subarray(at, at + size)], at + size >= bytes.length));
          }
          const text = Buffer.concat(pieces);
          expect(text.length).toBe(jsonArrayLength(bytes.length));
          expect(JSON.parse(text.toString())).toEqual(JSON.parse(JSON.stringify(values)));
          // What is stored is shared with other readers.
          expect(bytes.toString()).toBe(before);
        },
      ),
    );
  });

  it.each(['', '{', '[1,]', '01', "{'a':1}", '[1]]', 'undefined'])(
    'the body %j is refused, because it is not JSON',
    async (body) => {
      await expect(texts(body)).rejects.toThrow(RequestError);
    },
  );

  it('numbers, keys and escapes are kept as they were written', async () => {
    const text = `{"b":1e999,"a":${'9'.repeat(10_000)},"a":-0.0,"__proto__":{"\\ud800":"\\u00e9"}}`;
    expect(await texts(` [ ${text} ] `)).toBe(`${text}\n`);
  });

  it.each([
    ['that is not UTF-8', Buffer.from([0x22, 0xff, 0x22]), 'not valid JSON'],
    ['with a byte order mark', Buffer.from('\ufeff1'), 'not valid JSON'],
    ['nested too deeply', Buffer.from('['.repeat(101) + ']'.repeat(101)), 'nested more than 100 levels deep'],
    ['with a fault after 7 MiB', Buffer.from(`[${'1,'.repeat(3.5 * MIB)}]`), 'not valid JSON'],
  ])('the error has the reason for a body %s', async (_why, body, sentence) => {
    await expect(stored(body)).rejects.toMatchObject({
      code: 'BODY_INVALID',
      message: expect.stringContaining(sentence),
    });
  });

  it.each([
    ['many short messages', `[${'1,'.repeat(4 * MIB - 2)}1]`],
    ['one long text', JSON.stringify('x'.repeat(8 * MIB - 2))],
    ['many arrays', `[${'[[]],'.repeat(MIB)}1]`],
    ['escapes', JSON.stringify('\n'.repeat(4 * MIB - 1))],
  ])('a large body takes many turns of the event loop: %s', async (_what, body) => {
    let turns = 0;
    let isOver = false;
    const count = (): void => {
      turns += 1;
      if (!isOver) setImmediate(count);
    };
    setImmediate(count);
    await Promise.all([stored(body), stored(body)]);
    isOver = true;
    expect(turns).toBeGreaterThan((2 * body.length) / SLICE_BYTES / 4);
  });
});
