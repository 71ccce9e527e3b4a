#!/usr/bin/env node
// Cost as the work grows: node bench/growth.mjs [--targets loom:files,loom:redis] [--subjects tails,producers,logs] [--largest 1]
// Adds what it measures to --json (bench/out/growth.json) and draws docs/growth-*.svg from all that is there.
import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { parseArgs } from 'node:util';
import { drawGrowth } from './growth/charts.mjs';
import { SUBJECTS } from './growth/subjects.mjs';
import { program } from './harness/build.mjs';
import { BENCH } from './harness/home.mjs';
import { describeCommit, describeMachine } from './harness/machine.mjs';

const { values } = parseArgs({
  options: {
    targets: { type: 'string', default: 'loom:files,loom:redis' },
    subjects: { type: 'string', default: Object.keys(SUBJECTS).join(',') },
    // What part of the largest number is still measured; below 1 for a first look.
    largest: { type: 'string', default: '1' },
    json: { type: 'string', default: join(BENCH, 'out/growth.json') },
    docs: { type: 'string', default: join(BENCH, '../docs') },
  },
});

const before = existsSync(values.json) ? JSON.parse(readFileSync(values.json, 'utf8')) : { series: [] };
const growth = {
  ...before,
  at: new Date().toISOString(),
  commit: describeCommit(BENCH),
  machine: describeMachine(),
};

program('lg');
mkdirSync(dirname(values.json), { recursive: true });
for (const subject of values.subjects.split(',')) {
  for (const target of values.targets.split(',')) await measureSeries(subject, target);
}
for (const file of drawGrowth(growth, values.docs)) console.log(`drawn ${file}`);

async function measureSeries(subject, target) {
  const { counts, measure } = SUBJECTS[subject];
  const most = counts.at(-1) * Number(values.largest);
  const points = [];
  for (const count of counts.filter((each) => each <= most)) {
    const point = { count, ...(await measure(target, count)) };
    console.log(`${subject.padEnd(10)} ${target.padEnd(12)} ${JSON.stringify(point)}`);
    points.push(point);
  }
  const others = growth.series.filter((each) => each.subject !== subject || each.target !== target);
  growth.series = [...others, { subject, target, points }];
  writeFileSync(values.json, JSON.stringify(growth));
}
