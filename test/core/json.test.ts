import fc from 'fast-check';
import { type JsonValue, mergePatch } from '../../src/core/json/json';

const anyJson = fc.jsonValue({ maxDepth: 4 }).map((value): JsonValue => JSON.parse(JSON.stringify(value)));
const anyObject = fc.dictionary(fc.string(), anyJson);

describe('a JSON merge patch', () => {
  it.each<[JsonValue, JsonValue, JsonValue]>([
    [{ a: 'b' }, { a: 'c' }, { a: 'c' }],
    [{ a: 'b' }, { b: 'c' }, { a: 'b', b: 'c' }],
    [{ a: 'b' }, { a: null }, {}],
    [{ a: 'b', b: 'c' }, { a: null }, { b: 'c' }],
    [{ a: ['b'] }, { a: 'c' }, { a: 'c' }],
    [{ a: 'c' }, { a: ['b'] }, { a: ['b'] }],
    [{ a: { b: 'c' } }, { a: { b: 'd', c: null } }, { a: { b: 'd' } }],
    [{ a: [{ b: 'c' }] }, { a: [1] }, { a: [1] }],
    [
      ['a', 'b'],
      ['c', 'd'],
      ['c', 'd'],
    ],
    [{ a: 'b' }, ['c'], ['c']],
    [{ a: 'foo' }, null, null],
    [{ a: 'foo' }, 'bar', 'bar'],
    [{ e: null }, { a: 1 }, { e: null, a: 1 }],
    [[1, 2], { a: 'b', c: null }, { a: 'b' }],
    [{}, { a: { bb: { ccc: null } } }, { a: { bb: {} } }],
  ])('turns %j by %j into %j (RFC 7396, appendix A)', (target, patch, result) => {
    expect(mergePatch(target, patch)).toStrictEqual(result);
  });

  it('makes an object of nothing', () => {
    expect(mergePatch(undefined, { a: null, b: { c: null, d: 1 } })).toStrictEqual({ b: { d: 1 } });
    expect(mergePatch(undefined, null)).toBeNull();
  });

  it('treats names of the prototype as plain data', () => {
    const patch = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    const merged = mergePatch(mergePatch({ a: 1 }, patch), JSON.parse('{"__proto__": {"more": 2}}'));
    expect(JSON.stringify(merged)).toBe(
      '{"a":1,"__proto__":{"polluted":1,"more":2},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('changes nothing the second time', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it('sets, of every name that it holds, exactly those that are not null, and leaves the others', () => {
    fc.assert(
      fc.property(anyObject, anyObject, (target, patch) => {
        const merged = new Map(Object.entries(mergePatch(target, patch) ?? {}));
        for (const [name, value] of Object.entries(patch)) expect(merged.has(name)).toBe(value !== null);
        for (const [name, value] of Object.entries(target)) {
          if (!Object.hasOwn(patch, name)) expect(merged.get(name)).toEqual(value);
        }
      }),
    );
  });

  it('leaves what it is given unchanged', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        mergePatch(target, patch);
        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });
});
