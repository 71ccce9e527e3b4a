import { blockScanner } from '../lines/line-scanner';
import { Literal } from '../lines/literal';
import { LineExpression } from './line-expression';
import { requiredLiteral } from './required-literal';

const LF = 0x0a;

/** So many lines with the required text, other than the one that is looked for, show that it is frequent: then to look for it first is in vain. */
const VAIN_MAX = 64;

/** Finds lines in the block of the thread, of which the first `end` bytes are whole lines. */
export interface LineFinder {
  /** @returns the index of the first line that matches, if there is one */
  first(end: number): number | undefined;
  /** @returns how many lines match */
  count(end: number): number;
}

/** @throws SyntaxError */
export function lineFinder(text: string, isRegex: boolean, ignoreCase: boolean): LineFinder {
  return isRegex ? new ExpressionFinder(text, ignoreCase) : new LiteralFinder(text, ignoreCase);
}

class LiteralFinder implements LineFinder {
  readonly #literal: Literal;

  constructor(text: string, ignoreCase: boolean) {
    this.#literal = new Literal(Buffer.from(text), ignoreCase);
  }

  first(end: number): number | undefined {
    const place = this.#literal.inBlock(0, end);
    return place < 0 ? undefined : beginOfLine(blockScanner().block, place);
  }

  count(end: number): number {
    const { block } = blockScanner();
    let count = 0;
    for (let from = 0; from < end; count += 1) {
      const place = this.#literal.inBlock(from, end);
      if (place < 0) break;
      from = block.indexOf(LF, place) + 1;
    }
    return count;
  }
}

/** Where a text has to be in each line that matches, the expression runs only over the lines that have it. */
class ExpressionFinder implements LineFinder {
  readonly #expression: LineExpression;
  readonly #required: Literal | undefined;

  constructor(source: string, ignoreCase: boolean) {
    this.#expression = new LineExpression(source, ignoreCase);
    const required = requiredLiteral(source, ignoreCase);
    this.#required = required === undefined ? undefined : new Literal(Buffer.from(required), ignoreCase);
  }

  first(end: number): number | undefined {
    const { block } = blockScanner();
    let from = 0;
    if (this.#required !== undefined) {
      for (let vain = 0; vain < VAIN_MAX; vain += 1) {
        const place = this.#required.inBlock(from, end);
        if (place < 0) return undefined;
        const begin = beginOfLine(block, place);
        from = block.indexOf(LF, place) + 1;
        if (this.#firstIn(block, begin, from) !== undefined) return begin;
      }
    }
    return this.#firstIn(block, from, end);
  }

  count(end: number): number {
    const { block } = blockScanner();
    let [from, count] = [0, 0];
    if (this.#required !== undefined) {
      for (let lines = 0; lines < VAIN_MAX; lines += 1) {
        const place = this.#required.inBlock(from, end);
        if (place < 0) return count;
        const begin = beginOfLine(block, place);
        from = block.indexOf(LF, place) + 1;
        count += this.#expression.count(block.subarray(begin, from));
      }
    }
    return count + this.#expression.count(block.subarray(from, end));
  }

  #firstIn(block: Buffer, begin: number, end: number): number | undefined {
    const lines = block.subarray(begin, end);
    for (let at = 0; at < lines.length; ) {
      const { numbers, next } = this.#expression.match(lines, at);
      if (numbers[0] !== undefined) return begin + numbers[0];
      at = next;
    }
    return undefined;
  }
}

function beginOfLine(block: Buffer, index: number): number {
  return index === 0 ? 0 : block.lastIndexOf(LF, index - 1) + 1;
}
