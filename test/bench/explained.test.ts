import { execFileSync } from 'node:child_process';
import { join } from 'node:path';

interface Bench {
  readonly targets: readonly string[];
  readonly explained: readonly string[];
  readonly compared: readonly string[];
}

/** What the modules of the benchmark export, which only a process of its own can import. */
const { targets, explained, compared }: Bench = JSON.parse(
  execFileSync(process.execPath, [
    '--input-type=module',
    '--eval',
    `const load = (name) => import(${JSON.stringify(join(__dirname, '../../bench/'))} + name);
    const { DEFAULT_TARGETS } = await load('harness/command-line.mjs');
    const { TARGETS } = await load('report/explanations.mjs');
    const { GOALS } = await load('report/goals.mjs');
    const explained = TARGETS.flatMap(([names]) => names.replaceAll('\`', '').split(', '));
    const compared = GOALS.flatMap(({ target, reference }) => (reference ? [target, reference] : [target]));
    console.log(JSON.stringify({ targets: DEFAULT_TARGETS, explained, compared }));`,
  ]).toString(),
);

describe('what npm run bench measures', () => {
  it.each(targets)('the page says what %s is and what its acknowledgement promises', (target) => {
    const [file = ''] = target.split(':');
    expect(explained.some((name) => name === target || name === `${file}:*`)).toBe(true);
  });

  it('every target of a goal is among it', () => {
    expect(compared.filter((target) => !targets.includes(target))).toEqual([]);
  });
});
