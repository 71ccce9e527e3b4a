import { nearest } from '../../words/nearest';
import { UsageError } from './usage-error';

/** Checks a value of an option that takes only some. @throws UsageError */
export function checkedChoice<const T extends string>(
  option: string,
  allowed: readonly T[],
  text: string,
): T {
  const found = allowed.find((value) => value === text);
  if (found !== undefined) return found;
  const meant = nearest(text, allowed);
  const question = meant === undefined ? '' : `; did you mean ${meant}?`;
  throw new UsageError(`${option} must be ${allowed.join(' or ')}: "${text}"${question}`);
}
