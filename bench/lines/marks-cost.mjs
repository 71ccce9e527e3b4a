import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { assertEqual } from './assert-equal.mjs';
import { get, produce } from './requests.mjs';

const MIB = 1024 ** 2;
const MEGABYTE = 1e6;
const WRITE_MS = 10;
const FAST_WRITE_BYTES = 64 * 1024;
const FAST_MIB = 64;
/** Further apart than a window of a log's times is long. */
const SLOW_MS = 300;
const SLOW_LOGS = 8;
const SLOW_LINE = Buffer.alloc(100, 'x');
/** Marks are written with what is synced. */
const SYNCED_MS = 1500;
const SIDECAR = '.times';

/**
 * L4: what the times of bytes take on the disk. Redis has them in the ids of its entries. A log that was written within
 * a few moments may have no marks: its facts say as much.
 */
export async function* marksOnDisk(subject) {
  if (subject.redis) return;
  const { scaled, seconds } = subject.sizes;
  const fast = scaled(FAST_MIB) * MIB;
  for (const [name, bytes, chunks] of [
    [`${fast / MIB} MiB as fast as it goes`, fast, () => atOnce(fast)],
    ['1 MB/s', seconds * MEGABYTE, () => paced(seconds)],
  ]) {
    const marks = await marksOf(subject, [chunks], bytes);
    yield { what: `marks of ${name}`, value: (marks / bytes) * 100, unit: '% of the log', most: 0.1 };
  }
  const appends = Math.ceil((seconds * 1000) / SLOW_MS);
  const logs = Array.from({ length: SLOW_LOGS }, () => () => slowly(appends));
  const marks = await marksOf(subject, logs, appends * SLOW_LINE.length);
  assertEqual('whether there are marks', marks > 0, true);
  yield {
    what: `marks of an append each ${SLOW_MS} ms`,
    ...{ value: marks / (appends * SLOW_LOGS), unit: 'bytes per append', most: 32 },
  };
}

/** @returns bytes of marks of new streams with `bytes` each */
async function marksOf(subject, sources, bytes) {
  const before = sidecars(subject.folder);
  await Promise.all(
    sources.map(async (chunks) => {
      const url = subject.newUrl();
      await produce(url, chunks());
      const { headers } = await get(`${url}?offset=${bytes - 1}&notail`);
      assertEqual('the last byte', headers['x-stream-offset'], String(bytes - 1));
    }),
  );
  await delay(SYNCED_MS);
  return sidecars(subject.folder) - before;
}

function* atOnce(bytes) {
  const chunk = Buffer.alloc(FAST_WRITE_BYTES, 'x');
  for (let sent = 0; sent < bytes; sent += chunk.length) yield chunk;
}

async function* paced(seconds) {
  const began = performance.now();
  const bytes = seconds * MEGABYTE;
  for (let sent = 0; sent < bytes; ) {
    await delay(WRITE_MS);
    const due = Math.min(bytes, Math.floor(((performance.now() - began) / 1000) * MEGABYTE));
    if (due > sent) yield Buffer.alloc(due - sent, 'x');
    sent = due;
  }
}

async function* slowly(appends) {
  for (let i = 0; i < appends; i++) {
    yield SLOW_LINE;
    await delay(SLOW_MS);
  }
}

function sidecars(folder) {
  const files = readdirSync(folder, { recursive: true }).filter((name) => name.endsWith(SIDECAR));
  return files.reduce((sum, name) => sum + statSync(join(folder, name)).size, 0);
}
