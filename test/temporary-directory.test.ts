import { execFileSync } from 'node:child_process';
import { tmpdir } from 'node:os';

it('a run of the tests has its own directory for temporary files, and so has what it starts', () => {
  expect(tmpdir()).toMatch(/\/loom-tests-\w+$/);
  expect(execFileSync('sh', ['-c', 'echo $TMPDIR'], { encoding: 'utf8' })).toBe(`${tmpdir()}\n`);
});
