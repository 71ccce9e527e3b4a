import { ageText, sizeText } from '../../words/quantities';
import { printable } from '../output/printable';
import type { StreamRate } from './stream-rates';

/** Where a table of rates is shown. */
export interface RateTableStyle {
  /** How many streams have room. */
  readonly rows: number;
  /** How wide a line may be. */
  readonly width: number;
  readonly hasColor: boolean;
  /** Unix milliseconds, for the ages. */
  readonly now: number;
}

/** Renders the fastest streams, after a line about all of them. Each line ends with a newline. */
export function rateTable(rates: readonly StreamRate[], style: RateTableStyle): string {
  const { rows, width, hasColor, now } = style;
  const total = rates.reduce((sum, { rate }) => sum + rate, 0);
  const active = rates.filter(({ rate }) => rate > 0).length;
  const paint = (text: string, color: number, isWanted = true): string =>
    hasColor && isWanted ? `\u001b[${color}m${text}\u001b[m` : text;
  const lines = rates.slice(0, rows).map(({ id, bytes, rate, createdAt }) => {
    const at = Date.parse(createdAt);
    const age = Number.isNaN(at) ? '' : ageText(now - at);
    const line = columns(`${sizeText(rate)}/s`, sizeText(bytes), age, printable(id)).slice(0, width);
    return paint(line, 2, rate === 0);
  });
  const more = rates.length > rows ? [`and ${rates.length - rows} more: --limit N shows more`] : [];
  const summary = `${rates.length} open, ${active} active, ${sizeText(total)}/s`.slice(0, width);
  return [summary, paint(columns('RATE', 'SIZE', 'AGE', 'ID'), 1), ...lines, ...more]
    .map((line) => `${line}\n`)
    .join('');
}

function columns(rate: string, size: string, age: string, id: string): string {
  return `${rate.padStart(9)}  ${size.padStart(7)}  ${age.padStart(5)}  ${id}`;
}
