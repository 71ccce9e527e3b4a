import { loadTarget } from '../harness/run-target.mjs';
import { Session } from '../harness/session.mjs';
import { latency } from '../workloads/live.mjs';
import { sizesAt } from '../workloads/sizes.mjs';
import { assertEqual } from './assert-equal.mjs';
import { get } from './requests.mjs';
import { EXPRESSION, NEEDLE } from './text.mjs';
import { cpuOf, outputOf } from './tools.mjs';

const SEARCHES = 5;
const TOOL_RUNS = 5;
const AT_ONCE = 10;
/** Until the stream is there: searches keep the server busy. */
const SETTLE_MS = 1000;
const LINES_PER_SECOND_MILLI = 200_000;

const KINDS = [
  { name: 'a literal', tool: 'grep -F', text: NEEDLE, query: `q=${encodeURIComponent(NEEDLE)}`, most: 2 },
  {
    ...{ name: 'a regular expression', tool: 'grep -E', text: EXPRESSION, most: 4 },
    query: `regex&q=${encodeURIComponent(EXPRESSION)}`,
  },
];

/** L3: what it costs to search a stream, and what that does to others. */
export async function* matchesCost(subject) {
  const { long } = subject.texts;
  const url = await subject.storeOnce(long);
  for (const { name, tool, text, query, most } of KINDS) {
    const search = `${url}/matches?${query}`;
    const expected = await outputOf(`${tool} -nb -- "$2" "$1"`, long.path, text);
    assertMatches(await get(search), expected, long);
    const { cpu, redis, turn } = await costOf(subject, search, expected);
    const reference = await cpuOf(TOOL_RUNS, `${tool} -c -- "$2" "$1"`, long.path, text);
    yield {
      what: `matches of ${name}`,
      value: cpu,
      unit: 'CPU ms',
      most,
      of: { name: `${tool} -c`, value: reference },
    };
    if (subject.redis) yield { what: `matches of ${name}: Redis`, value: redis, unit: 'CPU ms' };
    yield { what: `matches of ${name}: longest turn`, value: turn, unit: 'ms', most: 10 };
    const quiet = await live(subject);
    const busy = await whileSearching(subject, search, expected);
    yield {
      ...{ what: `W4 while ${AT_ONCE} search for ${name}: p99`, value: busy.p99, unit: 'ms', most: 2 },
      of: { name: 'without', value: quiet.p99 },
    };
  }
}

async function costOf(subject, search, expected) {
  await subject.rest();
  const before = subject.cpu();
  for (let i = 0; i < SEARCHES; i++) assertMatches(await get(search), expected, subject.texts.long);
  const after = subject.cpu();
  const turn = await subject.longestTurn(() => get(search));
  return {
    cpu: (after.app - before.app) / SEARCHES,
    redis: (after.redis - before.redis) / SEARCHES,
    turn,
  };
}

/** W4 beside searches that go on until it is over. */
async function whileSearching(subject, search, expected) {
  const state = { isOver: false };
  const searches = Array.from({ length: AT_ONCE }, async () => {
    while (!state.isOver) assertMatches(await get(search), expected, subject.texts.long);
  });
  const measured = live(subject).finally(() => {
    state.isOver = true;
  });
  const [result] = await Promise.all([measured, ...searches]);
  return result;
}

async function live({ store, server, redis, sizes }) {
  const target = await loadTarget(`loom:${store}`);
  const { port, pid } = server;
  const session = new Session(target, { port, pids: [pid], redis }, sizesAt(sizes.scale));
  const w4 = latency('W4', () => ({ consumers: 1, rate_mhz: LINES_PER_SECOND_MILLI, settle_ms: SETTLE_MS }));
  const result = await w4(session);
  if (!result.isGood)
    throw new Error(`wrong answer: W4 has lost or changed lines: ${JSON.stringify(result.lg)}`);
  return result;
}

/** @param expected lines of `grep -nb` */
function assertMatches({ body }, expected, { bytes }) {
  const objects = body
    .toString()
    .trimEnd()
    .split('\n')
    .map((line) => JSON.parse(line));
  const last = objects.pop();
  const found = objects.map(({ line, offset, text }) => `${line}:${offset}:${text}\n`).join('');
  assertEqual('matches', Buffer.from(found), expected);
  const { matches, truncated, scannedBytes } = last;
  assertEqual(
    'the end',
    { matches, truncated, scannedBytes },
    { matches: objects.length, truncated: false, scannedBytes: bytes },
  );
}
