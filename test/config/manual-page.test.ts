import { helpText } from '../../src/config/help';
import { manualPage } from '../../src/config/manual-page';
import { SETTINGS } from '../../src/config/settings';
import { itWith } from '../cli/shells';
import { renderedManual } from '../support/rendered-manual';

for (const width of [80, 200])
  itWith('man')(`the page of loom has no warning of roff at ${width} columns`, async () => {
    expect((await renderedManual(manualPage('1.2.3'), width)).warnings).toBe('');
  });

itWith('man')('the page of loom has every setting, option and command', async () => {
  const { text } = await renderedManual(manualPage('1.2.3'));
  expect(text).toContain('loom 1.2.3');
  const plain = (part: string): string => part.replaceAll(/\s+/g, '');
  for (const { key, option } of SETTINGS) expect(plain(text)).toContain(plain(key + option.description));
  const options =
    helpText('serve', Number.POSITIVE_INFINITY).match(/^ +(?:-\w, )?--\w+|^ {2}\w+(?= .*\.$)/gm) ?? [];
  expect(options.length).toBeGreaterThan(8);
  for (const name of options) expect(text).toContain(name.trim());
});
