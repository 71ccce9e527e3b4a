import { formatAge } from '../../../web/format/age';
import { tagsOf } from '../../../web/format/tags';
import { verdictOf } from '../../../web/format/verdict';

it.each([
  [-100, 'now'],
  [12_000, '12 s'],
  [300_000, '5 m'],
  [10_800_000, '3 h'],
  [864_000_000, '10 d'],
  [64_000_000_000, '2 y'],
])('an age of %d ms is shown as %j', (ms, words) => {
  expect(formatAge(ms)).toBe(words);
});

it.each([
  [{ state: 'open', metadata: { exitCode: 1 } }, 'running', 'running'],
  [{ state: 'interrupted', metadata: null }, 'warning', 'interrupted'],
  [{ state: 'closed', outcome: 'aborted', reason: 'gone', metadata: null }, 'failed', 'aborted'],
  [{ state: 'closed', outcome: 'complete', metadata: { exitCode: 0 } }, 'ok', 'passed'],
  [{ state: 'closed', outcome: 'complete', metadata: { exitCode: 2 } }, 'failed', 'failed exit 2'],
  [
    { state: 'closed', outcome: 'complete', metadata: { signal: 'SIGTERM' } },
    'cancelled',
    'cancelled SIGTERM',
  ],
  [{ state: 'closed', outcome: 'complete', metadata: ['exitCode'] }, 'ok', 'complete'],
  [{ state: 'closed', outcome: 'complete', metadata: { exitCode: '1' } }, 'ok', 'complete'],
] as const)('%j is judged as %s: %s', (stream, kind, words) => {
  const verdict = verdictOf(stream);
  expect([verdict.kind, `${verdict.words} ${verdict.detail}`.trim()]).toEqual([kind, words]);
});

describe('the labels of metadata', () => {
  it('the exit code and the signal are left out, since they are the verdict', () => {
    expect(tagsOf({ branch: 'main', exitCode: 0, signal: 'SIGINT', n: 1, deep: { a: [1] } })).toEqual([
      { key: 'branch', value: 'main' },
      { key: 'n', value: '1' },
      { key: 'deep', value: '{"a":[1]}' },
    ]);
  });

  it.each([
    [null, []],
    ['text', [{ key: '', value: 'text' }]],
    [[1, 2], [{ key: '', value: '[1,2]' }]],
    [false, [{ key: '', value: 'false' }]],
  ])('%j has the labels %j', (metadata, tags) => {
    expect(tagsOf(metadata)).toEqual(tags);
  });

  it('they are few and short, however large the metadata is', () => {
    const large = Object.fromEntries(Array.from({ length: 100 }, (_, at) => [`k${at}`, 'x'.repeat(1000)]));
    const tags = tagsOf(large);
    expect(tags).toHaveLength(8);
    expect(Math.max(...tags.map(({ value }) => value.length))).toBe(81);
  });
});
