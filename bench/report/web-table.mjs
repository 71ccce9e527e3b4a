import { median } from '../harness/statistics.mjs';
import { FIGURES } from '../web/figures.mjs';
import { markdownTable } from './markdown-table.mjs';
import { short } from './number.mjs';

/** What was measured of each way to show a log: medians of the rounds, with the least and the most. @param run see bench/web.mjs */
export function webTable(run) {
  const head = run.targets.map(({ title, version }) => [title, version].filter(Boolean).join(' '));
  const rows = Object.keys(FIGURES).map((figure) => [
    nameOf(FIGURES[figure]),
    ...run.targets.map(({ name }) => cellOf(run, figure, name)),
  ]);
  return markdownTable(['', ...head], rows);
}

function nameOf({ what, unit, bound }) {
  const name = [what, unit].filter(Boolean).join(', ');
  return bound === undefined ? name : `${name} (meant to be at most ${bound})`;
}

/** A figure as one line of a terminal. */
export function webFigureLine({ target, ...found }) {
  const { what, unit, bound } = FIGURES[found.figure];
  const line = `${target.padEnd(10)} ${what}: ${missed(found) ?? `${short(found.value)} ${unit}`}`.trimEnd();
  return found.value > bound ? `${line} (more than ${bound})` : line;
}

/** The figures in which the target of this name is not the first of those that were measured. */
export function figuresBehind(run, name) {
  return Object.keys(FIGURES).filter((figure) => {
    const others = run.targets.filter((target) => target.name !== name);
    const best = Math.min(...others.map((target) => middle(run, figure, target.name)));
    return middle(run, figure, name) > best;
  });
}

/** Infinity where it did not come about in time, or there is no such thing. */
function middle(run, figure, name) {
  const values = valuesOf(run, figure, name).map(({ value }) => value ?? Number.POSITIVE_INFINITY);
  return values.length === 0 ? Number.POSITIVE_INFINITY : medianOfAll(values);
}

function medianOfAll(values) {
  return values.includes(Number.POSITIVE_INFINITY) ? Number.POSITIVE_INFINITY : median(values);
}

function cellOf(run, figure, name) {
  const found = valuesOf(run, figure, name);
  const miss = found.map(missed).find((words) => words !== undefined);
  if (miss !== undefined) return miss;
  if (found.length === 0) return '–';
  const values = found.map(({ value }) => value);
  const shown = FIGURES[figure].unit === '' ? Math.round : short;
  const range = [Math.min(...values), Math.max(...values)].map(shown);
  return `${shown(median(values))} (${range[0] === range[1] ? range[0] : range.join('–')})`;
}

function valuesOf({ figures }, figure, name) {
  return figures.filter((each) => each.figure === figure && each.target === name);
}

function missed({ limitMs, hasCrashed }) {
  if (hasCrashed) return 'the page crashed';
  return limitMs === undefined ? undefined : `not within ${limitMs / 1000} s`;
}
