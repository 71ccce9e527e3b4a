import { COMMANDS, COMMON_OPTIONS } from '../../src/cli/commands';
import { renderedManual } from '../support/rendered-manual';
import { itWith } from './shells';
import { stream } from './stream-process';

async function render(...verb: string[]): Promise<{ text: string; warnings: string }> {
  const page = await stream(['manual', ...verb]);
  expect([page.code, page.stderr]).toEqual([0, '']);
  return renderedManual(page.stdout);
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
