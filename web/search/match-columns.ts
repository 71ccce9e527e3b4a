import { tokenize } from '../ansi/tokenize';

/** From, to: UTF-16 units of the visible text of a line. */
export type Columns = readonly [from: number, to: number];

/** Of one line so many matches are marked. */
const MAX_PER_LINE = 50;

/**
 * Where matches are in what is visible of a line. Those that are not visible, such as digits of an escape sequence, are left out.
 * @param raw the line as the server has it
 * @param at where they are in it
 */
export function matchColumns(raw: string, at: readonly Columns[]): readonly Columns[] {
  const text = visible(raw);
  const places = at.slice(0, MAX_PER_LINE);
  if (text === raw) return places;
  const found = placed(raw, places);
  const areSeen = found.every(([from, to], index) => text.slice(from, to) === sliceOf(raw, places[index]));
  // What a `\r` has overwritten is somewhere else: find the same words.
  const words = new Set(places.map((place) => sliceOf(raw, place)));
  return areSeen ? found : [...words].flatMap((word) => occurrences(text, word)).slice(0, MAX_PER_LINE);
}

/** Goes through the line once: what is visible of it is that of its pieces, unless the cursor moves or a match begins in a sequence. */
function placed(raw: string, places: readonly Columns[]): Columns[] {
  let [behind, column] = [0, 0];
  return places.map(([from, to]) => {
    column += visible(raw.slice(behind, from)).length;
    behind = from;
    return [column, column + to - from];
  });
}

function visible(raw: string): string {
  return tokenize(raw, undefined, raw.length).text;
}

function sliceOf(raw: string, place: Columns | undefined): string {
  return place === undefined ? '' : raw.slice(place[0], place[1]);
}

/** Where a word is in a text. */
export function occurrences(whole: string, wanted: string, matchCase = true): Columns[] {
  const found: Columns[] = [];
  if (wanted === '') return found;
  const [text, word] = matchCase ? [whole, wanted] : [whole.toLowerCase(), wanted.toLowerCase()];
  for (
    let at = text.indexOf(word);
    at >= 0 && found.length < MAX_PER_LINE;
    at = text.indexOf(word, at + word.length)
  )
    found.push([at, at + word.length]);
  return found;
}
