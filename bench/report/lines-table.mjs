import { median } from '../harness/statistics.mjs';
import { markdownTable } from './markdown-table.mjs';
import { short } from './number.mjs';

/** What was measured of lines and times, medians of the rounds, each with its bound. @param figures see bench/lines.mjs */
export function linesTable(figures) {
  const keys = [...new Set(figures.map(keyOf))];
  const rows = keys.map((key) => rowOf(figures.filter((figure) => keyOf(figure) === key)));
  return markdownTable(['workload', 'store', 'what', 'bound', 'measured', 'Loom / it', 'met'], rows);
}

/** Whether one figure's bound holds; `undefined` if it has none. */
export function isWithin({ value, most, of }) {
  return most === undefined ? undefined : value <= most * (of?.value ?? 1);
}

/** A figure as one line of a terminal. */
export function figureLine(figure) {
  const { workload, store, what, value, unit, of } = figure;
  const ratio = of === undefined ? '' : ` = ${short(value / of.value)} × ${of.name} (${short(of.value)})`;
  return `${workload} ${store.padEnd(5)} ${what}: ${short(value)} ${unit}${ratio} ${verdict(figure)}`.trimEnd();
}

function verdict(figure) {
  const isIn = isWithin(figure);
  if (isIn === undefined) return '';
  return isIn ? `(bound ${bound(figure)})` : `OVER ${bound(figure)}`;
}

function keyOf({ workload, store, what }) {
  return `${workload} ${store} ${what}`;
}

function rowOf(figures) {
  const [{ workload, store, what, unit, most, of }] = figures;
  const value = median(figures.map((figure) => figure.value));
  const reference = of && { name: of.name, value: median(figures.map((figure) => figure.of.value)) };
  const middle = { value, unit, most, of: reference };
  const isIn = isWithin(middle);
  return [
    ...[workload, store, what, bound(middle)],
    reference ? `${short(value / reference.value)} ×` : `${short(value)} ${unit}`,
    reference && `${short(value)} / ${short(reference.value)} ${unit}`,
    isIn === undefined ? undefined : isIn ? 'yes' : '**no**',
  ];
}

function bound({ most, unit, of }) {
  if (most === undefined) return undefined;
  return of === undefined ? `≤ ${most} ${unit}` : `≤ ${most} × \`${of.name}\``;
}
