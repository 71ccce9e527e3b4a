import { nearest } from '../words/nearest';
import type { Environment } from './environment';
import { isServiceLink } from './service-link';
import { SETTINGS } from './settings';

const PREFIX = 'LOOM_';
/** Those of `bin/stream`, and that of a worker. */
const OTHERS: readonly string[] = ['LOOM_URL', 'LOOM_TOKEN', 'LOOM_PROFILE', 'LOOM_WORKER_NUMBER'];

/** A sentence for each variable that begins with LOOM_ and sets nothing. Values are not quoted: they may be secret. */
export function unknownVariables(environment: Environment): readonly string[] {
  const known = SETTINGS.flatMap(({ variable, option }) =>
    option.secret ? [variable, `${variable}_FILE`] : [variable],
  );
  return Object.entries(environment)
    .filter(([name, value]) => name.startsWith(PREFIX) && value && !isServiceLink(name, value))
    .filter(([name]) => !known.includes(name) && !OTHERS.includes(name))
    .map(([name]) => {
      const plain = known.map((variable) => variable.slice(PREFIX.length));
      const meant = nearest(name.slice(PREFIX.length), plain);
      return `${name} is not a setting${meant === undefined ? '' : `: did you mean ${PREFIX}${meant}?`}`;
    });
}
