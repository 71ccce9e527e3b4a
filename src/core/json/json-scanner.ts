import {
  AFTER_VALUE,
  CLOSE_ARRAY,
  CLOSE_OBJECT,
  COMMA,
  FIRST_ACTION,
  FIRST_ITEM,
  FIRST_KEY,
  isComplete,
  KEY,
  NEXT,
  OPEN_ARRAY,
  OPEN_OBJECT,
  REFUSED,
  VALUE,
} from './json-table';

/** How deep arrays and objects may be nested: programs that parse or print them often need a stack frame per level. */
export const JSON_DEPTH_MAX = 100;

/**
 * Why a text is refused as JSON.
 *
 * malformed   not JSON (RFC 8259) in UTF-8
 * too deep    nested more than `JSON_DEPTH_MAX` levels
 */
export type JsonFault = 'malformed' | 'too deep';

/** Checks a JSON text that comes in slices. `JSON.parse` takes a second of one turn for 8 MiB, and makes a hundred MiB of garbage. */
export class JsonScanner {
  #state = VALUE;
  #isTooDeep = false;
  /** Up to `#depth`: the actions that opened what is open. */
  readonly #open: number[] = [];
  #depth = 0;

  /** @returns what is wrong with the text so far, if anything */
  push(bytes: Buffer): JsonFault | undefined {
    // Looked up in the other module for each byte, they take most of the time.
    const [next, firstAction] = [NEXT, FIRST_ACTION];
    let state = this.#state;
    for (let at = 0; at < bytes.length; at += 1) {
      state = next[(state << 8) | (bytes[at] ?? 0)] ?? REFUSED;
      if (state >= firstAction) state = this.#act(state);
    }
    this.#state = state;
    if (this.#isTooDeep) return 'too deep';
    return state === REFUSED ? 'malformed' : undefined;
  }

  /** @returns what is wrong with the text as a whole, if anything */
  end(): JsonFault | undefined {
    if (this.#isTooDeep) return 'too deep';
    return isComplete(this.#state) && this.#depth === 0 ? undefined : 'malformed';
  }

  #act(action: number): number {
    switch (action) {
      case OPEN_ARRAY:
        return this.#enter(action, FIRST_ITEM);
      case OPEN_OBJECT:
        return this.#enter(action, FIRST_KEY);
      case CLOSE_ARRAY:
        return this.#leave(OPEN_ARRAY);
      case CLOSE_OBJECT:
        return this.#leave(OPEN_OBJECT);
      case COMMA:
        if (this.#depth === 0) return REFUSED;
        return this.#open[this.#depth - 1] === OPEN_ARRAY ? VALUE : KEY;
      default:
        return REFUSED;
    }
  }

  #enter(opening: number, first: number): number {
    if (this.#depth === JSON_DEPTH_MAX) {
      this.#isTooDeep = true;
      return REFUSED;
    }
    this.#open[this.#depth] = opening;
    this.#depth += 1;
    return first;
  }

  #leave(opening: number): number {
    if (this.#depth === 0) return REFUSED;
    this.#depth -= 1;
    return this.#open[this.#depth] === opening ? AFTER_VALUE : REFUSED;
  }
}

/** Checks a text that is small enough for one turn. */
export function scanJson(text: string): JsonFault | undefined {
  const scanner = new JsonScanner();
  return scanner.push(Buffer.from(text)) ?? scanner.end();
}
