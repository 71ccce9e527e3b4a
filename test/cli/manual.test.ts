import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/commands';
import { itWith } from './shells';
import { stream } from './stream-process';

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'loom-man-'));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Renders a page. @returns its text, and the warnings of roff */
async function render(...verb: string[]): Promise<{ text: string; warnings: string }> {
  const page = await stream(['manual', ...verb]);
  expect([page.code, page.stderr]).toEqual([0, '']);
  const file = join(directory, 'page.1');
  writeFileSync(file, page.stdout);
  const { stdout, stderr } = await promisify(execFile)(
    'man',
    ['--warnings', '-E', 'UTF-8', '-P', 'cat', '-l', file],
    {
      env: { ...process.env, LC_ALL: 'C.UTF-8', MANWIDTH: '200', MAN_KEEP_FORMATTING: '' },
    },
  );
  // biome-ignore lint/suspicious/noControlCharactersInRegex: the page is bold by overstriking.
  return { text: stdout.replaceAll(/.\x08/g, ''), warnings: stderr };
}

itWith('man')('the page of stream has every verb, without a warning of roff', async () => {
  const { text, warnings } = await render();
  expect(warnings).toBe('');
  for (const { verb, summary } of COMMANDS) {
    expect(text).toContain(`stream-${verb}(1)`);
    expect(text).toContain(summary.slice(0, 40));
  }
  expect(text).toContain('make 2>&1 | stream http://localhost:3060 build-42');
});

for (const { verb, options, examples } of COMMANDS)
  itWith('man')(`the page of ${verb} has its options and examples, without a warning of roff`, async () => {
    const { text, warnings } = await render(verb);
    expect(warnings).toBe('');
    for (const [name, { description }] of Object.entries({ ...options, ...COMMON_OPTIONS })) {
      expect(text).toContain(`--${name}`);
      expect(text).toContain(description.slice(0, 30));
    }
    for (const example of examples) expect(text).toContain(example);
  });

it('the page of an unknown verb is refused', async () => {
  expect(await stream(['manual', 'folow'])).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('did you mean follow?'),
  });
});
