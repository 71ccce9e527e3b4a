import { originForm } from '../../src/http/origin-form';

it.each([
  ['/a?b=http://c/d', '/a?b=http://c/d'],
  ['//a/b', '//a/b'],
  ['http://loom/a?b', '/a?b'],
  ['HTTPS://loom:3060/', '/'],
  ['http://loom', '/'],
  ['http://loom?a/b', '/?a/b'],
  ['*', '/'],
  ['', '/'],
])('the target %j has the path and query %j', (target, expected) => {
  expect(originForm(target)).toBe(expected);
});
