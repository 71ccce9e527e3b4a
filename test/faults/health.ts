import type { LoomProcess } from '../support/loom-process';

/** What a server has said that a server in order never says: errors in its log, or anything of Node's on stderr. */
export function complaints(loom: LoomProcess): readonly string[] {
  const logged = loom.stdout.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
  const written = loom.stderr
    .split('\n')
    .filter((line) => /error|warning|unhandled|exception|^\s+at |loom:/i.test(line));
  return [...logged, ...written];
}
