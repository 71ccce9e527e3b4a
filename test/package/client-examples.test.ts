import { LoomClient } from '../../src/client';
import { Follow } from '../../src/client/read/follow';
import { StreamLines } from '../../src/client/read/lines';
import { Upload } from '../../src/client/upload/upload';
import { inBrowser, withBrowser } from '../support/browser';
import { LoomProcess } from '../support/loom-process';
import { openClientPage, runModule } from './client-page';
import { CONSOLE, examplesFor } from './examples';
import { withEmptyProject } from './packed-package';

const project = withEmptyProject();
beforeAll(() => project.unpack());

let loom: LoomProcess;
beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});
afterAll(() => loom.stop());

/** The titles are known before there is a server. */
const TITLES = examplesFor('');

it('every method of the client is shown in an example', () => {
  const shown = TITLES.map(({ code }) => code).join('');
  const methods = [LoomClient, Upload, Follow, StreamLines].flatMap((type) =>
    Object.entries(Object.getOwnPropertyDescriptors(type.prototype))
      .filter(([, { value }]) => typeof value === 'function')
      .map(([name]) => name),
  );
  expect(methods.length).toBeGreaterThan(15);
  expect(methods.filter((name) => name !== 'constructor' && !shown.includes(`.${name}(`))).toEqual([]);
});

describe('docs/client.md in Node', () => {
  it.each(TITLES.map(({ title }, index) => [title, index] as const))(
    '%s does what the page says',
    async (_, index) => {
      const { code, output } = exampleAt(index, loom.url);
      const print = 'const print = (text) => process.stdout.write(text);';
      const setUp = project.write('console.mjs', print + CONSOLE);
      const printed = await project.run(
        process.execPath,
        '--import',
        setUp,
        project.write('example.mjs', code),
      );
      expect(printed).toBe(output);
    },
  );
});

describe('docs/client.md in Chromium', () => {
  const browser = withBrowser();
  let other: LoomProcess;
  beforeAll(async () => {
    other = await LoomProcess.start({ store: 'memory:' });
  });
  afterAll(() => other.stop());

  const titles = TITLES.map(({ title, needsNode }, index) => [title, index, needsNode] as const);
  inBrowser.each(titles.filter(([, , needsNode]) => !needsNode))(
    '%s does what the page says',
    async (_, index) => {
      const { code, output } = exampleAt(index, other.url);
      const page = await openClientPage(await browser.newPage(), other.url, project);
      const [, imports = '', body = ''] = /^((?:import .*\n|\n)*)([\s\S]*)$/.exec(code) ?? [];
      const printed = await runModule(page, imports + CONSOLE + body);
      expect(printed).toBe(output);
    },
  );
});

function exampleAt(index: number, url: string): ReturnType<typeof examplesFor>[number] {
  const example = examplesFor(url)[index];
  if (example === undefined) throw new Error(`there is no example ${index}`);
  return example;
}
