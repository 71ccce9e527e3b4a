import { median } from '../harness/statistics.mjs';
import { assertEqual } from './assert-equal.mjs';
import { get } from './requests.mjs';
import { cpuOf, outputOf } from './tools.mjs';

const STEP = 1000;
const REPEATS = 9;
const TOOL_RUNS = 20;
/** Of all lines as many as one answer may go through. */
const LINES_MAX = 1_000_000;

/** L1: what it costs to count the lines of a stream. */
export async function* indexCost(subject) {
  const { long, short } = subject.texts;
  // Compiles the code that the others run.
  for (const text of [short, long, long, long]) await indexOf(subject, text);

  const one = await indexOf(subject, long);
  const reference = await cpuOf(TOOL_RUNS, 'wc -l "$1"', long.path);
  const what = `index of ${long.lines.toLocaleString('en')} lines of 127 bytes`;
  yield {
    what: `${what}, cold`,
    value: one.cpu,
    unit: 'CPU ms',
    most: 2,
    of: { name: 'wc -l', value: reference },
  };
  if (subject.redis) yield { what: `${what}, cold: Redis`, value: one.redis, unit: 'CPU ms' };
  yield { what: `${what}, cold: longest turn`, value: await turnOf(subject, long), unit: 'ms', most: 10 };
  yield { what: `${what}, once more`, value: one.again, unit: 'ms', most: 5 };

  const many = await indexOf(subject, short);
  const perMiB = (cpu, { bytes }) => (cpu * 2 ** 20) / bytes;
  yield {
    what: 'index of as many bytes in lines of 10, cold',
    ...{ value: perMiB(many.cpu, short), unit: 'CPU ms/MiB', most: 3 },
    of: { name: 'lines of 127 bytes', value: perMiB(one.cpu, long) },
  };
  yield {
    what: 'index of lines of 10 bytes, cold: longest turn',
    value: await turnOf(subject, short),
    unit: 'ms',
    most: 10,
  };
}

async function indexOf(subject, text) {
  const began = Date.now();
  const url = await subject.storeAnew(text);
  const before = subject.cpu();
  const first = await get(`${url}/index?step=${STEP}`);
  const after = subject.cpu();
  await assertIndex(JSON.parse(first.body), text, began);
  const again = [];
  while (again.length < REPEATS) again.push(await get(`${url}/index?step=${STEP}`));
  for (const { body } of again) assertEqual('the second index', body, first.body);
  await subject.remove(url);
  return {
    ...{ cpu: after.app - before.app, redis: after.redis - before.redis },
    again: median(again.map(({ ms }) => ms)),
  };
}

async function turnOf(subject, text) {
  const url = await subject.storeAnew(text);
  const turn = await subject.longestTurn(() => get(`${url}/index?step=${STEP}`));
  await subject.remove(url);
  return turn;
}

async function assertIndex(index, text, began) {
  const [lines, bytes] = (await outputOf('wc -lc < "$1"', text.path))
    .toString()
    .trim()
    .split(/\s+/)
    .map(Number);
  assertEqual('lines', index.lines, lines);
  assertEqual('bytes', index.bytes, bytes);
  assertEqual('endsInNewline', index.endsInNewline, true);
  const perLine = bytes / lines;
  const marked = Math.min(lines, LINES_MAX);
  const marks = Array.from({ length: Math.ceil(marked / STEP) }, (_, i) => [
    1 + i * STEP,
    i * STEP * perLine,
  ]);
  const places = index.marks.map(([line, offset]) => [line, offset]);
  assertEqual('marks', places, marks);
  const times = index.marks.map(([, , at]) => at);
  const isInOrder = times.every((at, i) => at >= (times[i - 1] ?? began) && at <= Date.now());
  assertEqual('the order of the times of the marks', isInOrder, true);
}
