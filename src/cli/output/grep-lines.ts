import type { LineMatch } from '../../client';
import { printable } from './printable';
import { safeForTerminal } from './terminal-filter';

/** How lines that were found are shown. */
export interface GrepStyle {
  /** Whether each line begins with the id of its stream. */
  readonly withIds: boolean;
  readonly withNumbers: boolean;
  readonly hasColor: boolean;
  readonly isTerminal: boolean;
  /** Whether all control characters pass to a terminal. */
  readonly isRaw: boolean;
}

/** The colours of grep: of a match, an id, a number and a separator. */
const COLORS = { match: '1;31', id: '35', number: '32', separator: '36' } as const;

/** Renders lines as grep does: `id:12:text` for one that matches, `id-11-text` for one around it. */
export class GrepLines {
  constructor(private readonly style: GrepStyle) {}

  /** Between groups of lines that do not follow each other. */
  get gap(): string {
    return `${this.#paint('--', 'separator')}\n`;
  }

  match(id: string, { line, text, at }: Pick<LineMatch, 'line' | 'text' | 'at'>): string {
    return this.#line(id, line, ':', this.style.hasColor ? this.#highlighted(text, at) : text);
  }

  around(id: string, line: number, text: string): string {
    return this.#line(id, line, '-', text);
  }

  count(id: string, count: number): string {
    return this.style.withIds ? `${this.#label(id)}${this.#paint(':', 'separator')}${count}\n` : `${count}\n`;
  }

  #line(id: string, line: number, separator: ':' | '-', text: string): string {
    const { withIds, withNumbers, isTerminal, isRaw } = this.style;
    const border = this.#paint(separator, 'separator');
    const label = withIds ? this.#label(id) + border : '';
    const number = withNumbers ? this.#paint(String(line), 'number') + border : '';
    return `${label}${number}${isTerminal && !isRaw ? safeForTerminal(text) : text}\n`;
  }

  #label(id: string): string {
    return this.#paint(this.style.isTerminal ? printable(id) : id, 'id');
  }

  #highlighted(text: string, at: LineMatch['at']): string {
    let shown = '';
    let done = 0;
    for (const [from, to] of at) {
      shown += text.slice(done, from);
      if (to > from) shown += this.#paint(text.slice(from, to), 'match');
      done = Math.max(done, to);
    }
    return shown + text.slice(done);
  }

  #paint(text: string, as: keyof typeof COLORS): string {
    return this.style.hasColor ? `\u001b[${COLORS[as]}m${text}\u001b[m` : text;
  }
}
