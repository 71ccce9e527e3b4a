import { PLAIN, type Style } from '../ansi/span';
import { styleAfter } from '../ansi/tokenize';
import type { SpyLine, SpyObject } from './spy-line';
import { StreamColors } from './stream-colors';

/** More of a line is not kept: this page shows what goes on, and the page of the stream has all of it. */
export const LINE_LENGTH_MAX = 4_096;

interface LiveStream {
  /** The last line, if it is not finished. */
  unfinished: SpyLine | undefined;
  style: Style;
}

/** What an object has brought. */
export interface JoinedLines {
  /** A line that was there already, and has more text now. */
  readonly grown: SpyLine | undefined;
  readonly added: readonly SpyLine[];
}

/** How many streams are known at once. A server has fewer live ones; those that are silent the longest are forgotten. */
const STREAMS_MAX = 10_000;

/** Joins the texts of each stream to lines. */
export class LineJoiner {
  readonly #streams = new Map<string, LiveStream>();
  readonly #colors = new StreamColors();
  #key = 0;

  /** How many streams have shown something and not ended. */
  get liveCount(): number {
    return this.#streams.size;
  }

  add(object: SpyObject): JoinedLines {
    if ('text' in object) return this.#text(object.id, object.text);
    return { grown: undefined, added: [this.#event(object)] };
  }

  #event(object: Exclude<SpyObject, { readonly text: string }>): SpyLine {
    if (object.event === 'start') return this.#report(object.id, 'start', 'is live');
    if (object.event === 'end') return this.#end(object.id);
    const words =
      object.event === 'skipped'
        ? `${object.bytes.toLocaleString()} bytes skipped: they came faster than they were read`
        : `bytes ${object.lost.from} to ${object.lost.to} are lost`;
    return this.#gap(object.id, words);
  }

  /** The connection was lost: what comes next may begin in the middle of a line. */
  restart(): void {
    for (const id of this.#streams.keys()) this.#colors.release(id);
    this.#streams.clear();
  }

  #text(id: string, text: string): JoinedLines {
    const stream = this.#stream(id);
    const [first = '', ...others] = text.split('\n');
    const added: SpyLine[] = [];
    const grown = stream.unfinished;
    if (stream.unfinished !== undefined) stream.unfinished.text = cut(stream.unfinished.text + first);
    else if (first !== '' || others.length > 0) added.push(this.#begin(id, stream, first));
    for (const next of others) {
      this.#finish(stream);
      if (next !== '' || next !== others.at(-1)) added.push(this.#begin(id, stream, next));
    }
    return { grown, added };
  }

  #begin(id: string, stream: LiveStream, text: string): SpyLine {
    const line = this.#line(id, 'output', cut(text), stream.style);
    stream.unfinished = line;
    return line;
  }

  #finish(stream: LiveStream): void {
    if (stream.unfinished === undefined) return;
    stream.style = styleAfter(stream.unfinished.text, stream.style);
    stream.unfinished = undefined;
  }

  #gap(id: string, words: string): SpyLine {
    this.#streams.delete(id);
    return this.#report(id, 'gap', words);
  }

  #end(id: string): SpyLine {
    const line = this.#report(id, 'end', 'has ended');
    this.#streams.delete(id);
    this.#colors.release(id);
    return line;
  }

  #report(id: string, kind: SpyLine['kind'], words: string): SpyLine {
    this.#stream(id);
    return this.#line(id, kind, words, PLAIN);
  }

  #line(id: string, kind: SpyLine['kind'], text: string, style: Style): SpyLine {
    return { key: this.#key++, id, color: this.#colors.of(id), kind, text, counted: 0, style };
  }

  #stream(id: string): LiveStream {
    const stream = this.#streams.get(id) ?? { unfinished: undefined, style: PLAIN };
    // The one that was used last is the last.
    this.#streams.delete(id);
    this.#streams.set(id, stream);
    const [oldest] = this.#streams.keys();
    if (this.#streams.size > STREAMS_MAX && oldest !== undefined) {
      this.#streams.delete(oldest);
      this.#colors.release(oldest);
    }
    return stream;
  }
}

function cut(text: string): string {
  if (text.length <= LINE_LENGTH_MAX) return text;
  // A part of a joined text is a copy: a part of what came would keep all of that, which may be sixteen times as long.
  return ` ${text.slice(0, LINE_LENGTH_MAX - 1)}…`.slice(1);
}
