import { isUtf8 } from 'node:buffer';
import { concatChunks } from '../../core/bytes/concat-chunks';
import type { BegunLine } from '../../core/lines/begun-line';
import { type NumberedLine, NumberedLines } from '../../core/lines/numbered-lines';
import { advance, type Offset } from '../../core/log/offset';
import type { TimeMark } from '../../core/log/time-mark';
import { ENCODER_BYTES_MAX, LineEncoder } from './line-encoder';
import { ESCAPES, encodeLines } from './line-objects';

const LF = 0x0a;

let sharedEncoder: LineEncoder | undefined;

/**
 * Makes JSON objects of the lines of bytes that arrive with their times. Whole lines of UTF-8 take an eighth of the time of others: they
 * are encoded where they are, without an object of JavaScript for each.
 */
export class JsonLines {
  readonly #lines: NumberedLines;

  /** Parameters as those of `NumberedLines`. */
  constructor(
    from: Offset,
    line: number,
    private readonly lineBytesMax: number,
    begun?: BegunLine,
  ) {
    this.#lines = new NumberedLines(from, line, lineBytesMax, begun);
  }

  /** @returns the objects of the lines that `chunk` finishes */
  push(chunk: Buffer, times: readonly TimeMark[]): Buffer {
    const begin = this.#lines.next === undefined ? chunk.indexOf(LF) + 1 : 0;
    const end = chunk.lastIndexOf(LF) + 1;
    const whole = chunk.subarray(begin, end);
    if (end === 0 || !this.#mayEncode(whole)) return encodeLines(this.#lines.push(chunk, times));
    const objects: Buffer[] = [];
    if (begin > 0) objects.push(encodeLines(this.#lines.push(chunk.subarray(0, begin), times)));
    objects.push(...this.#encode(whole, times));
    this.#lines.push(chunk.subarray(end), times);
    return concatChunks(objects);
  }

  /** What was not made an object of the unfinished line, up to its last whole character. */
  takePartial(): Buffer | undefined {
    return asPartial(this.#lines.takePartial());
  }

  /** What is left when nothing more will come. */
  flush(): Buffer | undefined {
    return asPartial(this.#lines.flush());
  }

  #mayEncode(whole: Buffer): boolean {
    const bytesMax = Math.min(this.lineBytesMax, ENCODER_BYTES_MAX);
    return whole.length > 0 && whole.length <= bytesMax && isUtf8(whole);
  }

  *#encode(whole: Buffer, times: readonly TimeMark[]): Generator<Buffer, void> {
    const { next } = this.#lines;
    if (next === undefined) return;
    sharedEncoder ??= new LineEncoder(ESCAPES);
    sharedEncoder.load(whole);
    let [begin, mark, line] = [0, 0, next.line];
    while (begin < whole.length) {
      const offset = advance(next.offset, begin);
      while ((times[mark]?.end ?? Number.POSITIVE_INFINITY) <= offset) mark += 1;
      const at = times[mark]?.at;
      while (at !== undefined && times[mark + 1]?.at === at) mark += 1;
      const stop = Math.min(whole.length, (times[mark]?.end ?? Number.POSITIVE_INFINITY) - next.offset);
      const encoded = sharedEncoder.encode({ begin, stop, line, offset, at });
      yield encoded.objects;
      begin = encoded.end;
      line += encoded.lines;
    }
    this.#lines.skip(line - next.line, whole.length);
  }
}

function asPartial(line: NumberedLine | undefined): Buffer | undefined {
  return line && encodeLines([{ ...line, isPartial: true }]);
}
