import type { LoomProcess } from '../support/loom-process';

/** The output that a healthy server never writes: errors in its log, or messages of Node on stderr. */
export function complaints(loom: LoomProcess): readonly string[] {
  const logged = loom.stdout.split('\n').filter((line) => /"level":"(error|fatal)"/.test(line));
  const written = loom.stderr
    .split('\n')
    .filter((line) => /error|warning|unhandled|exception|^\s+at |loom:/i.test(line));
  return [...logged, ...written];
}
