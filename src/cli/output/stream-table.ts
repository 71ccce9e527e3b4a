import type { ListedStream } from '../../client';
import { memberOf } from '../../client/wire/json';
import { ageText, sizeText } from '../../words/quantities';
import { printable } from './printable';

/** How a list of streams is shown on a terminal. */
export interface TableStyle {
  readonly hasColor: boolean;
  /** The width of the terminal. Metadata is cut there. */
  readonly width: number;
  /** Unix milliseconds, for the ages. */
  readonly now: number;
}

interface Column {
  readonly title: string;
  readonly width: number;
  readonly alignment: 'left' | 'right';
}

const COLUMNS: readonly Column[] = [
  { title: 'AGE', width: 5, alignment: 'right' },
  { title: 'STATE', width: 11, alignment: 'left' },
  { title: 'EXIT', width: 7, alignment: 'left' },
  { title: 'SIZE', width: 7, alignment: 'right' },
];
const GAP = '  ';
/** Less of the metadata says nothing. */
const METADATA_MIN = 12;

type Color = 'good' | 'bad' | 'live' | 'halted' | 'faint' | 'title';
const COLORS: Readonly<Record<Color, string>> = {
  good: '32',
  bad: '31',
  live: '36',
  halted: '33',
  faint: '2',
  title: '1',
};

/** Renders streams for a person: a header, ages, sizes, and the exit codes of the commands. Each line can be written at once. */
export class StreamTable {
  constructor(private readonly style: TableStyle) {}

  get header(): string {
    return `${this.#paint(`${row(COLUMNS.map(({ title }) => title))}${GAP}ID`, 'title')}\n`;
  }

  line(stream: ListedStream): string {
    const { id, state, outcome, bytes, updatedAt, metadata } = stream;
    const at = Date.parse(updatedAt);
    const [age, shownState = '', exit = '', size] = pad([
      Number.isNaN(at) ? '' : ageText(this.style.now - at),
      outcome ?? state,
      exitOf(metadata),
      sizeText(bytes),
    ]);
    const color = colorOf(stream);
    const columns = [age, this.#paint(shownState, color), this.#paint(exit, color), size];
    const name = printable(id);
    const used = row(COLUMNS.map(() => '')).length + GAP.length + name.length + GAP.length;
    const rest = this.style.width - used;
    const extra = rest >= METADATA_MIN ? cut(printable(restOf(metadata)), rest) : '';
    return `${columns.join(GAP)}${GAP}${name}${extra === '' ? '' : GAP + this.#paint(extra, 'faint')}\n`;
  }

  #paint(text: string, color: Color): string {
    return this.style.hasColor ? `\u001b[${COLORS[color]}m${text}\u001b[m` : text;
  }
}

function row(texts: readonly string[]): string {
  return pad(texts).join(GAP);
}

function pad(texts: readonly string[]): readonly string[] {
  return COLUMNS.map(({ width, alignment }, at) => {
    const text = texts[at] ?? '';
    return alignment === 'left' ? text.padEnd(width) : text.padStart(width);
  });
}

/** The code or signal of a command that `stream run` ran. */
function exitOf(metadata: unknown): string {
  const code = memberOf(metadata, 'exitCode');
  const signal = memberOf(metadata, 'signal');
  if (typeof code === 'number') return String(code);
  return typeof signal === 'string' ? printable(signal).slice(0, 7) : '';
}

/** The metadata without what has its own column. */
function restOf(metadata: unknown): string {
  if (metadata === undefined || metadata === null) return '';
  if (exitOf(metadata) === '' || typeof metadata !== 'object') return JSON.stringify(metadata);
  const rest = Object.entries(metadata).filter(([name]) => name !== 'exitCode' && name !== 'signal');
  return rest.length === 0 ? '' : JSON.stringify(Object.fromEntries(rest));
}

function cut(text: string, width: number): string {
  return text.length > width ? `${text.slice(0, width - 1)}…` : text;
}

function colorOf({ state, outcome, metadata }: ListedStream): Color {
  if (state === 'open') return 'live';
  if (state === 'interrupted') return 'halted';
  const exit = exitOf(metadata);
  return outcome === 'complete' && (exit === '' || exit === '0') ? 'good' : 'bad';
}
