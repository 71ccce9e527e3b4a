import fc from 'fast-check';
import { JsonArray, jsonArrayLength, jsonTexts } from '../../../src/http/durable/json-texts';
import { RequestError } from '../../../src/http/request-error';

const texts = (body: string) => jsonTexts(Buffer.from(body)).toString();

describe('the messages of a JSON body', () => {
  it('are its value, or what it has in it if it is an array', () => {
    expect(texts('{"a" : [1, 2]}')).toBe('{"a":[1,2]}\n');
    expect(texts('[{"a":1},\r\n\t2]')).toBe('{"a":1}\n2\n');
    expect(texts('[[1, 2], [[3]], "[,]", []]')).toBe('[1,2]\n[[3]]\n"[,]"\n[]\n');
    expect(texts(' "\\"\\\\" ')).toBe('"\\"\\\\"\n');
    expect(texts('[ ]')).toBe('');
  });

  it('mean what the body meant, however it was written', () => {
    fc.assert(
      fc.property(fc.json(), fc.integer({ min: 0, max: 4 }), (text, indent) => {
        const value: unknown = JSON.parse(text);
        const lines = texts(JSON.stringify(value, null, indent))
          .split('\n')
          .slice(0, -1);
        const expected = Array.isArray(value) ? value : [value];
        expect(lines.map((line) => JSON.parse(line))).toEqual(expected);
      }),
    );
  });

  it('become one array again, in whatever pieces they are read', () => {
    fc.assert(
      fc.property(
        fc.array(fc.jsonValue(), { minLength: 1 }),
        fc.integer({ min: 1, max: 20 }),
        (values, size) => {
          const stored = jsonTexts(Buffer.from(JSON.stringify(values)));
          const before = stored.toString();
          const array = new JsonArray();
          const pieces: Buffer[] = [];
          for (let at = 0; at < stored.length; at += size) {
            pieces.push(array.next([stored.subarray(at, at + size)], at + size >= stored.length));
          }
          const text = Buffer.concat(pieces);
          expect(text.length).toBe(jsonArrayLength(stored.length));
          expect(JSON.parse(text.toString())).toEqual(JSON.parse(JSON.stringify(values)));
          // What is stored is shared with other readers.
          expect(stored.toString()).toBe(before);
        },
      ),
    );
  });

  it.each(['', '{', '[1,]', '01', "{'a':1}", '[1]]', 'undefined'])(
    'are refused unless they are JSON: %j',
    (body) => {
      expect(() => texts(body)).toThrow(RequestError);
    },
  );
});
