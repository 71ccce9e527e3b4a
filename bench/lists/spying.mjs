import { setTimeout as delay } from 'node:timers/promises';
import { usageOf } from '../harness/usage.mjs';

const LEAVE_AFTER_MS = 500;
const AFTERMATH_MS = 3000;

/** @returns ms until a new spy has been shown every open stream */
export async function spyStart(origin, open) {
  const before = performance.now();
  const leaving = new AbortController();
  const { body } = await fetch(`${origin}/spy`, { signal: leaving.signal });
  let starts = 0;
  let line = '';
  for await (const chunk of body) {
    const lines = (line + Buffer.from(chunk).toString('latin1')).split('\n');
    line = lines.pop();
    starts += lines.filter((each) => each.startsWith('START: ')).length;
    if (starts === open) break;
  }
  const ms = performance.now() - before;
  leaving.abort();
  return ms;
}

/** @returns CPU seconds that all processes spend in the three seconds after a spy that left half a second after it came */
export async function afterSpyLeft(origin, pids) {
  const leaving = new AbortController();
  await fetch(`${origin}/spy`, { signal: leaving.signal });
  await delay(LEAVE_AFTER_MS);
  leaving.abort();
  const before = usageOf(pids).cpu;
  await delay(AFTERMATH_MS);
  return usageOf(pids).cpu - before;
}
