import { fork } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { inBrowser, withBrowser } from '../support/browser';
import { LoomProcess } from '../support/loom-process';
import { openClientPage, runModule } from './client-page';
import { CLIENT, withEmptyProject } from './packed-package';

const KILLS = 4;

const project = withEmptyProject();
beforeAll(() => project.unpack());

let directory: string;
let loom: LoomProcess;
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'loom-killed-'));
  loom = await LoomProcess.start({ store: `file:${directory}` });
});
afterEach(async () => {
  await loom.stop();
  rmSync(directory, { recursive: true, force: true });
});

/**
 * Writes numbered lines and follows them at the same time. `kill` has the server killed and started again; lines are written before,
 * during and after that.
 */
const programFor = (url: string): string => `
  import { LoomClient } from '${CLIENT}';

  const loom = new LoomClient({ url: '${url}' });
  const pauses = { baseMs: 10, capMs: 100 };
  const events = { upload: [], follow: [] };
  const upload = loom.upload('killed', {
    ...pauses, requestLifeMs: 20, onEvent: ({ kind }) => events.upload.push(kind),
  });
  let written = '';
  async function writeLine() {
    const line = written.length + ' of the bytes came before this line\\n';
    written += line;
    await upload.write(line);
    await new Promise((resolve) => setTimeout(resolve, 1));
  }

  await writeLine();
  await loom.wait('killed', { for: 'bytes', create: true });
  const following = loom.follow('killed', { ...pauses, onEvent: ({ kind }) => events.follow.push(kind) });
  const followed = following.text().then((text) => text);
  for (let kills = 0; kills < ${KILLS}; kills += 1) {
    for (let i = 0; i < 50; i += 1) await writeLine();
    let isBack = false;
    const back = kill().then(() => { isBack = true; });
    while (!isBack) await writeLine();
    await back;
  }
  await upload.end();
  const stored = await upload.done;
  const text = await followed;
  print(JSON.stringify({
    storedAll: stored === written.length,
    followedAll: text === written,
    readAgain: (await loom.follow('killed').text()) === written,
    losses: following.losses,
    outcome: following.end.outcome,
    retries: [events.upload, events.follow].map((kinds) => kinds.filter((kind) => kind === 'retrying').length),
  }));
`;

const EXPECTED = {
  storedAll: true,
  followedAll: true,
  readAgain: true,
  losses: [],
  outcome: 'complete',
  retries: [expect.any(Number), expect.any(Number)],
};

function assertExact(printed: string): void {
  const result = JSON.parse(printed);
  expect(result).toEqual(EXPECTED);
  // Each kill was noticed on both sides.
  for (const retries of result.retries) expect(retries).toBeGreaterThanOrEqual(KILLS);
}

it('no byte is lost or doubled in Node while the server is killed', async () => {
  const setUp = `
    globalThis.print = (text) => process.stdout.write(text);
    globalThis.kill = () => new Promise((resolve) => {
      process.once('message', resolve);
      process.send('kill');
    });
  `;
  const end = '\n process.disconnect();';
  const file = project.write('killed.mjs', `import './set-up.mjs';\n${programFor(loom.url)}${end}`);
  project.write('set-up.mjs', setUp);
  const child = fork(file, { stdio: ['ignore', 'pipe', 'pipe', 'ipc'], execArgv: [] });
  let [stdout, stderr] = ['', ''];
  child.stdout?.on('data', (text) => {
    stdout += text;
  });
  child.stderr?.on('data', (text) => {
    stderr += text;
  });
  child.on('message', () => void loom.restart('SIGKILL').then(() => child.send('back')));
  const code = await new Promise((resolve) => child.on('close', resolve));
  expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  assertExact(stdout);
});

describe('in Chromium', () => {
  const browser = withBrowser();

  inBrowser('no byte is lost or doubled while the server is killed', async () => {
    const page = await browser.newPage();
    await page.exposeFunction('kill', () => loom.restart('SIGKILL'));
    await openClientPage(page, loom.url, project);
    assertExact(await runModule(page, programFor(loom.url)));
  });
});
