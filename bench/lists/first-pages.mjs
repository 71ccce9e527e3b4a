import { median } from '../harness/statistics.mjs';

const RUNS_MAX = 20;
const RUNS_MS = 2000;

/** Filters that match nearly all, few, or none of the streams that `fill` makes. */
export const FILTERS = [
  '',
  'prefix=build-4',
  'prefix=job-3',
  'prefix=build-7-',
  'prefix=nothing',
  'state=closed',
  'state=open',
  'state=interrupted',
  'prefix=build-4&state=open',
  'prefix=live-&state=closed',
  'prefix=live-&state=open',
  'prefix=build-4&state=closed',
];

/**
 * How long it takes until the first streams are there, or it is sure that there are none: pages may be empty and have a next one.
 * @returns p50 in ms, how many streams came, and how many requests that took
 */
export async function firstPage(origin, filter) {
  const times = [];
  const began = performance.now();
  let result;
  while (times.length < RUNS_MAX && (times.length === 0 || performance.now() - began < RUNS_MS)) {
    const before = performance.now();
    result = await untilAnswered(`${origin}/stream?${filter}`);
    times.push(performance.now() - before);
  }
  return { p50: median(times), ...result };
}

async function untilAnswered(url) {
  let cursor = null;
  for (let requests = 1; ; requests += 1) {
    const response = await fetch(cursor === null ? url : `${url}&cursor=${encodeURIComponent(cursor)}`);
    const { streams, next } = await response.json();
    if (streams.length > 0 || next === null) return { streams: streams.length, requests };
    cursor = next;
  }
}
