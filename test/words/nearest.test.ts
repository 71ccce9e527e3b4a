import { distance, nearest } from '../../src/words/nearest';

it.each([
  ['', '', 0],
  ['follow', 'follow', 0],
  ['folow', 'follow', 1],
  ['tial', 'tail', 1],
  ['lst', 'list', 1],
  ['kitten', 'sitting', 3],
  ['abc', '', 3],
])('from %j to %j there are as many slips as letters differ', (one, other, slips) => {
  expect(distance(one, other)).toBe(slips);
  expect(distance(other, one)).toBe(slips);
});

it.each([
  ['prot', 'port'],
  ['giveup', 'give-up-after'],
  ['GIVE_UP_AFTER', 'give-up-after'],
  ['after', 'give-up-after'],
  ['hots', 'host'],
  ['otsh', 'host'],
])('%s is taken for %s', (word, meant) => {
  expect(nearest(word, ['port', 'host', 'give-up-after'])).toBe(meant);
});

it.each(['', 'x', 'nonsense', 'up'])('%j is taken for none', (word) => {
  expect(nearest(word, ['port', 'host', 'give-up-after'])).toBeUndefined();
});
