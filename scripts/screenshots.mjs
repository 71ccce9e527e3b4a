// Makes docs/images: a real server, real commands by `stream run`, and pictures of its pages in Chromium.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { chromium } from 'playwright-core';

const OUT = 'docs/images';
const BYTES_MAX = 150_000;
const BUILD = 'scripts/screenshots/build.sh';
const MAIN = { branch: 'main', commit: '9f3c2ab' };

const directory = mkdtempSync(join(tmpdir(), 'loom-screenshots-'));
/** The project whose builds are shown: its path is in their stack traces. Fails if it exists. */
const project = join(tmpdir(), 'shop');
mkdirSync(project);
const url = `http://127.0.0.1:${await freePort()}`;
const children = [];
try {
  await serve();
  await runBuilds();
  mkdirSync(OUT, { recursive: true });
  await takePictures();
} finally {
  for (const child of children.reverse()) child.kill('SIGKILL');
  for (const made of [directory, project]) rmSync(made, { recursive: true, force: true });
}

async function serve() {
  const config = join(directory, 'loom.yaml');
  writeFileSync(config, 'producerGrace: 1s\nresumeGrace: 2s\n');
  const server = start('bin/loom', [
    '--port',
    new URL(url).port,
    '--store',
    `file:${directory}/data`,
    '-c',
    config,
  ]);
  for (;;) {
    const isUp = await fetch(`${url}/healthz`).then(
      ({ ok }) => ok,
      () => false,
    );
    if (isUp) return;
    if (server.exitCode !== null) throw new Error('the server did not start');
    await delay(50);
  }
}

async function runBuilds() {
  const passing = testFile('sum-passes', 42);
  const failing = testFile('sum', 41);
  await run('release-2.3', { tag: 'v2.3.0', by: 'ada' }, ['sh', BUILD, passing]);
  await run('build-1038-lint', MAIN, ['git', 'log', '--color=always', '--stat', '-n', '20']);
  await run('build-1039-docs', { branch: 'docs', commit: '77e01d4' }, [
    'sh',
    '-c',
    'cat docs/*.md | head -n 2000',
  ]);
  await post('nightly-backup.log', { host: 'db-2' }, 'dump of 214 tables\ndone\n');
  await aborted('build-1040-e2e', { branch: 'fix/retry', commit: 'c0ffee1' });
  await cancelled('build-1041-e2e', MAIN);
  await run('build-1041-test', MAIN, ['sh', BUILD, failing]);
  await run('build-1041-lint', MAIN, ['git', 'diff', '--color=always', 'HEAD~2', 'HEAD']);
  live('build-1042-test', { branch: 'feature/folds', commit: '51d0bb7' });
  live('deploy-eu', { env: 'staging', by: 'grace' });
  await delay(2_500);
}

async function takePictures() {
  const browser = await chromium.launch({
    executablePath: process.env.CHROMIUM ?? '/usr/bin/chromium',
    args: ['--no-sandbox'],
  });
  children.push({ kill: () => browser.close() });
  const failed = '/stream/build-1041-test';
  await picture(browser, 'list', '/', { colorScheme: 'dark' }, '10 streams');
  const toTheEnd = (page) => page.keyboard.press('G');
  await picture(browser, 'failed-dark', failed, { colorScheme: 'dark' }, 'Environment', toTheEnd);
  await picture(browser, 'failed-light', failed, { colorScheme: 'light' }, 'Environment', toTheEnd);
  await picture(browser, 'search', `${failed}?q=sum`, { colorScheme: 'dark' }, ' of ');
  await picture(browser, 'folds', failed, { colorScheme: 'light' }, 'Environment', async (page) => {
    await page.keyboard.press('g');
    await page.locator('[data-action="fold"]').nth(2).click();
  });
  const phone = {
    colorScheme: 'dark',
    viewport: { width: 360, height: 640 },
    isMobile: true,
    hasTouch: true,
  };
  await picture(browser, 'phone', '/', phone, '10 streams');
  await picture(browser, 'phone-failed', failed, phone, 'Environment', toTheEnd);
  await picture(browser, 'spy', '/spy', { colorScheme: 'dark' }, 'deploy-eu', () => delay(4_000));
}

/** @param words are on the page once it can be shown */
async function picture(browser, name, path, options, words, prepare = () => {}) {
  const page = await browser.newPage({ viewport: { width: 1200, height: 620 }, ...options });
  await page.goto(url + path);
  await page.getByText(words).first().waitFor({ state: 'attached' });
  await prepare(page);
  await delay(700);
  const file = join(OUT, `${name}.png`);
  await page.screenshot({ path: file });
  await page.close();
  const { size } = statSync(file);
  console.log(`${file}: ${Math.round(size / 1000)} kB`);
  if (size > BYTES_MAX) throw new Error(`${file} has ${size} bytes, more than ${BYTES_MAX}`);
}

async function run(id, metadata, command) {
  const child = startRun(id, metadata, command);
  if (child.exitCode === null) await once(child, 'exit');
  console.log(`${id}: exit ${child.exitCode}`);
}

/** Goes on while the pictures are taken. */
function live(id, metadata) {
  const line = String.raw`printf '\033[32m✓\033[0m step %d of ${id} \033[2m(%d ms)\033[0m\n' $i $((i * 37 % 900))`;
  void run(id, metadata, ['sh', '-c', `i=0; while :; do i=$((i + 1)); ${line}; sleep 0.4; done`]);
}

async function cancelled(id, metadata) {
  await run(id, metadata, ['sh', '-c', 'echo waiting for a browser; sleep 1; kill -TERM $$']);
}

/** Its producer is killed and never comes back. */
async function aborted(id, metadata) {
  const child = startRun(id, metadata, ['sh', '-c', 'echo begun; sleep 2']);
  await delay(1_000);
  child.kill('SIGKILL');
  await once(child, 'exit');
}

/** Begins to send what a command writes. */
function startRun(id, metadata, command) {
  const options = ['--id', id, '--metadata', JSON.stringify(metadata)];
  return start('bin/stream', ['run', ...options, url, '--', ...command]);
}

async function post(id, metadata, body) {
  const headers = { 'X-Stream-Metadata': JSON.stringify(metadata), 'Content-Type': 'text/plain' };
  await (await fetch(`${url}/stream/${id}`, { method: 'POST', headers, body })).text();
}

/** Seven tests, of which one fails unless the answer is 42. */
function testFile(name, answer) {
  const file = join(project, `${name}.test.mjs`);
  const tests = ['adds', 'subtracts', 'rounds', 'refuses text', 'knows zero', 'is fast'].map(
    (title) => `test('sum ${title}', () => assert.ok(true));`,
  );
  writeFileSync(
    file,
    `import assert from 'node:assert';\nimport test from 'node:test';\n${tests.join('\n')}
test('sum of everything', () => assert.strictEqual(${answer}, 42));\n`,
  );
  return file;
}

function start(command, args) {
  const env = { ...process.env, FORCE_COLOR: '1' };
  const child = spawn(process.execPath, [command, ...args], { stdio: ['ignore', 'ignore', 'ignore'], env });
  children.push(child);
  return child;
}

async function freePort() {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address();
  server.close();
  return port;
}
