// Draws docs/tail.svg and docs/spy.svg: what a terminal shows of a real server. It needs a build.
import { spawn } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { setTimeout as delay } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { drawTerminal } from './pictures/draw-terminal.mjs';

const PORT = 3060;
const URL_SHOWN = `http://localhost:${PORT}`;
const BUILD = ['$ make', 'cc -O2 -c src/main.c', 'cc -O2 -c src/tail.c', 'cc -o tail main.o tail.o', 'ok'];
const JOBS = {
  'build/linux': ['cc -O2 -c src/tail.c', 'ok'],
  'build/mac': ['ld: warning: -s is obsolete', 'ok'],
  'test/unit': ['3 passed'],
};
const LINE_EVERY_MS = 120;
const SETTLE_MS = 400;

const server = spawn(process.execPath, ['bin/loom', '--port', String(PORT), '--store', 'memory:'], {
  cwd: fileURLToPath(new URL('..', import.meta.url)),
  stdio: ['ignore', 'ignore', 'pipe'],
});
let isListening = false;
for await (const line of createInterface({ input: server.stderr })) {
  isListening = line.includes('://');
  if (isListening) break;
}
if (!isListening) throw new Error(`the server did not start: is port ${PORT} taken?`);

const producing = produce('build-42', BUILD);
await delay(LINE_EVERY_MS);
await draw('tail', `curl --no-buffer ${URL_SHOWN}/stream/build-42`, () => producing);
await draw('spy', `curl --no-buffer '${URL_SHOWN}/spy?color'`, async () => {
  await delay(SETTLE_MS);
  await Promise.all(Object.entries(JOBS).map(([id, lines]) => produce(id, lines)));
});
server.kill();

/** Draws what `command` prints until some time after `work` is done. */
async function draw(name, command, work) {
  const shell = spawn('sh', ['-c', `exec ${command} --silent`], { stdio: ['ignore', 'pipe', 'ignore'] });
  const pieces = [];
  shell.stdout.on('data', (piece) => pieces.push(piece));
  await work();
  await delay(SETTLE_MS);
  shell.kill();
  const file = fileURLToPath(new URL(`../docs/${name}.svg`, import.meta.url));
  writeFileSync(file, drawTerminal(command, Buffer.concat(pieces).toString()));
  console.log(`drawn ${file}`);
}

/** Sends lines as a build does, each when it is there. */
async function produce(id, lines) {
  const body = new ReadableStream({
    async start(controller) {
      for (const line of lines) {
        controller.enqueue(Buffer.from(`${line}\n`));
        await delay(LINE_EVERY_MS * (0.6 + 0.8 * Math.random()));
      }
      controller.close();
    },
  });
  const response = await fetch(`${URL_SHOWN}/stream/${encodeURIComponent(id)}`, {
    method: 'POST',
    body,
    duplex: 'half',
  });
  await response.arrayBuffer();
  if (!response.ok) throw new Error(`the POST was answered ${response.status}`);
}
