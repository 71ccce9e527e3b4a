// Runs npm scripts at the same time: node scripts/side-by-side.mjs <script> <script beside it>...
// What the first writes is seen as it comes, what the others write after it, each in one piece. Fails when one of them fails; when it is
// the first, the others are ended.
import { spawn } from 'node:child_process';

const [first, ...others] = process.argv.slice(2);
const children = [];

for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, () => endAll(signal));
const beside = others.map((script) => ({ script, ...start(script, 'pipe') }));
const codes = [await start(first, 'inherit').ended];
if (codes[0] === 0) console.log(`${first} is through. Waiting for ${others.join(', ')}.`);
else endAll('SIGTERM');
for (const { script, output, ended } of beside) {
  codes.push(await ended);
  console.log(`\n${script}:\n${Buffer.concat(output)}`);
}
process.exitCode = codes.find((code) => code !== 0) ?? 0;

/** In a process group of its own, to be ended with all that it has started. */
function start(script, stdio) {
  const child = spawn('npm', ['run', '--silent', script], {
    stdio: ['ignore', stdio, stdio],
    detached: true,
  });
  children.push(child);
  const output = [];
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (piece) => output.push(piece));
  const ended = new Promise((resolve) => {
    child.once('close', (code) => resolve(code ?? 1));
    child.once('error', (error) => {
      output.push(Buffer.from(error.message));
      resolve(1);
    });
  });
  return { output, ended };
}

function endAll(signal) {
  for (const { pid, exitCode, signalCode } of children) {
    if (pid !== undefined && exitCode === null && signalCode === null) process.kill(-pid, signal);
  }
}
