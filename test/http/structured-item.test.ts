import { bareItem } from '../../src/http/headers/structured-item';

it.each([
  ['?1', '?1'],
  [' ?0 ', '?0'],
  ['?0;a=b', '?0'],
  ['5;a', '5'],
  ['5; a=-1.5;b="x;y\\"";c=?1;d=:YQ==:;e=t/k', '5'],
])('the item %j has the value %j', (header, value) => {
  expect(bareItem(header)).toBe(value);
});

it.each(['', '?0;', '?0;A', '?0 ;a', '?0;a="b', '?0, ?1', '?0;a=é', `?0${';a=b'.repeat(10_000)};`])(
  'the header %j is returned unchanged, because it is not one item',
  (header) => {
    expect(bareItem(header)).toBe(header);
  },
);
