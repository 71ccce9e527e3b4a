import { closeSync, openSync, readSync } from 'node:fs';
import { assertEqual } from './assert-equal.mjs';
import { get, produce } from './requests.mjs';
import { storeReads } from './store-reads.mjs';
import { LONG_BYTES } from './text.mjs';
import { outputOf } from './tools.mjs';

const KIB = 1024;
const MIB = 1024 ** 2;
const READ_KIB_MAX = 256;
const P50_MS_MAX = { files: 5, redis: 10 };
const LINES = 50;
const TAIL = 200;
/** As many whole lines as go into a MiB. */
const BLOCK_BYTES = Math.floor(MIB / LONG_BYTES) * LONG_BYTES;
/** Of two latencies that are to be the same. */
const SAME = 1.25;

/** L2: what it costs to read a few lines of many, when they have been counted. */
export async function* partsCost(subject) {
  const { long } = subject.texts;
  const url = await subject.storeOnce(long);
  const line = Math.ceil(long.lines * 0.777778);
  const lines = await outputOf('sed -n "$2,$3p" "$1"', long.path, String(line), String(line + LINES - 1));
  const tail = await outputOf(`tail -n ${TAIL} "$1"`, long.path);
  yield* part(subject, `?line=${line}&lines=${LINES}&notail`, url, lines);
  yield* part(subject, `?tail=${TAIL}&notail`, url, tail);
  yield* tails(subject);
}

async function* part(subject, query, url, expected) {
  const reader = { url: `${url}${query}`, expected };
  await readAll(subject, [reader], subject.sizes.warmUp);
  const { times, bytes } = await readAll(subject, [reader], subject.sizes.requests);
  yield {
    what: `${query}: p50`,
    value: percentile(times[0], 0.5),
    unit: 'ms',
    most: P50_MS_MAX[subject.store],
  };
  yield { what: `${query}: p99`, value: percentile(times[0], 0.99), unit: 'ms' };
  yield { what: `${query}: read per request`, value: bytes / KIB, unit: 'KiB', most: READ_KIB_MAX };
}

/** The end of a large log and of a small one, in turns. */
async function* tails(subject) {
  const { sizes, texts } = subject;
  const block = beginOf(texts.long.path);
  const small = await repeated(subject, block, 1);
  const large = await repeated(subject, block, Math.round((sizes.largeMiB * MIB) / BLOCK_BYTES));
  const expected = block.subarray(-TAIL * LONG_BYTES);
  const readers = [small, large].map((url) => ({ url: `${url}?tail=${TAIL}&notail`, expected }));
  await readAll(subject, readers, sizes.warmUp);
  const [ofSmall, ofLarge] = (await readAll(subject, readers, sizes.requests)).times;
  const { bytes } = await readAll(subject, [readers[1]], sizes.requests);
  await subject.remove(large);
  const what = `?tail=${TAIL}&notail of ${sizes.largeMiB} MiB`;
  yield {
    ...{ what: `${what}: p50`, value: percentile(ofLarge, 0.5), unit: 'ms', most: SAME },
    of: { name: 'of 1 MiB', value: percentile(ofSmall, 0.5) },
  };
  yield { what: `${what}: read per request`, value: bytes / KIB, unit: 'KiB', most: READ_KIB_MAX };
}

async function repeated(subject, block, count) {
  const url = subject.newUrl();
  await produce(
    url,
    Array.from({ length: count }, () => block),
  );
  await subject.rest();
  return url;
}

/** @returns the milliseconds of each reader's requests, and how many bytes the server read for one */
async function readAll(subject, readers, requests) {
  const times = readers.map(() => []);
  const before = await storeReads(subject);
  for (let i = 0; i < requests; i++) {
    for (const [reader, { url, expected }] of readers.entries()) {
      const { body, ms } = await get(url);
      assertEqual(url, body, expected);
      times[reader].push(ms);
    }
  }
  const bytes = ((await storeReads(subject)) - before) / (requests * readers.length);
  return { times, bytes };
}

function beginOf(path) {
  const block = Buffer.alloc(BLOCK_BYTES);
  const file = openSync(path);
  const bytes = readSync(file, block, 0, BLOCK_BYTES, 0);
  closeSync(file);
  return block.subarray(0, bytes);
}

function percentile(times, share) {
  const sorted = times.toSorted((a, b) => a - b);
  return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
}
