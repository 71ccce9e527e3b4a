import { assertTarget, splitTarget } from '../../src/http/front/origin-form';

it.each([
  ['/a?b=http://c/d', '/a', { b: 'http://c/d' }],
  ['//a/b', '//a/b', {}],
  ['http://loom/a?b', '/a', { b: '' }],
  ['HTTPS://loom:3060/', '/', {}],
  ['http://loom', '/', {}],
  ['http://loom?a/b', '/', { 'a/b': '' }],
  ['*', '/', {}],
  ['', '/', {}],
])('the target %j has the path %j and the query %j', (target, path, query) => {
  const split = splitTarget(target);
  expect([split.path, Object.fromEntries(split.query)]).toEqual([path, query]);
});

it.each(['/', '/a?b=c://d', '//a', 'http://loom/a', 'HTTPS://loom', '*'])(
  'the target %j is accepted',
  (target) => {
    expect(() => assertTarget(target)).not.toThrow();
  },
);

it.each(['ftp://loom/a', 'file:///a', 'httpx://loom/a', '/a#b', '/a?b#c', 'http://loom/a#', ''])(
  'the target %j is refused',
  (target) => {
    expect(() => assertTarget(target)).toThrow(/must be a path or a URL/);
  },
);
