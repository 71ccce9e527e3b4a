import { isNear, nearest } from '../../words/nearest';

/** What other programs call what a verb does. */
const MEANT: Readonly<Record<string, string>> = {
  log: 'follow',
  watch: 'follow',
  get: 'cat',
  show: 'cat',
  print: 'cat',
  status: 'info',
  stat: 'info',
  ps: 'ls',
  dir: 'ls',
  del: 'rm',
  remove: 'rm',
  unlink: 'rm',
  search: 'grep',
  find: 'grep',
  exec: 'run',
  upload: 'send',
  push: 'send',
  browse: 'open',
  help: 'help',
  version: '--version',
};

/** The verb that a word was probably meant as; `undefined` for one that looks like an id. @param verbs with their aliases */
export function meantVerb(word: string, verbs: readonly string[]): string | undefined {
  const text = word.toLowerCase();
  const known = [...verbs, ...Object.keys(MEANT)];
  if (!known.includes(text) && !known.some((verb) => isSlip(text, verb))) return undefined;
  const exact = known.find((verb) => verb === text);
  const found = exact ?? nearest(text, verbs) ?? nearest(text, Object.keys(MEANT));
  return found === undefined ? undefined : (MEANT[found] ?? found);
}

/** A digit or a hyphen, as in `run-1`, is no slip. A word of one or two letters, such as `ci`, is near too many. */
function isSlip(word: string, verb: string): boolean {
  if (word.length < 3) return word.length === 2 && word === [...verb].reverse().join('');
  return /^[a-z]+$/.test(word) && isNear(word, verb);
}
