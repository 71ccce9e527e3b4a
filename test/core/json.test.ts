import fc from 'fast-check';
import { type JsonValue, mergePatch } from '../../src/core/json/json';

const anyJson = fc.jsonValue({ maxDepth: 4 }).map((value): JsonValue => JSON.parse(JSON.stringify(value)));
const anyObject = fc.dictionary(fc.string(), anyJson);

describe('mergePatch', () => {
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
  ])('the target %j patched by %j becomes %j (RFC 7396, appendix A)', (target, patch, result) => {
    expect(mergePatch(target, patch)).toStrictEqual(result);
  });

  it('a patch of a missing target creates an object', () => {
    expect(mergePatch(undefined, { a: null, b: { c: null, d: 1 } })).toStrictEqual({ b: { d: 1 } });
    expect(mergePatch(undefined, null)).toBeNull();
  });

  it('names of the prototype are plain data', () => {
    const patch = JSON.parse('{"__proto__": {"polluted": 1}, "constructor": {"prototype": {"polluted": 1}}}');
    const merged = mergePatch(mergePatch({ a: 1 }, patch), JSON.parse('{"__proto__": {"more": 2}}'));
    expect(JSON.stringify(merged)).toBe(
      '{"a":1,"__proto__":{"polluted":1,"more":2},"constructor":{"prototype":{"polluted":1}}}',
    );
    expect(Object.getPrototypeOf(merged)).toBe(Object.prototype);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });

  it('a patch applied a second time changes nothing', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (target, patch) => {
        const once = mergePatch(target, patch);
        expect(mergePatch(once, patch)).toEqual(once);
      }),
    );
  });

  it('a patch sets its names that are not null, removes the others, and leaves the rest of the target', () => {
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

  it('a patch changes neither its target nor itself', () => {
    fc.assert(
      fc.property(anyJson, anyJson, (target, patch) => {
        const before = JSON.stringify([target, patch]);
        mergePatch(target, patch);
        expect(JSON.stringify([target, patch])).toBe(before);
      }),
    );
  });
});
