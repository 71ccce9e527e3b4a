import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';

/** A line at the top of a script: the file that it names is put before the script, once. Relative to the script, without `.lua`. */
const USES = /^-- uses (\S+)\n/;

/**
 * The text of a Lua script, with everything it uses before it.
 * @param path of the file, without `.lua`
 * @throws Error when a file is missing
 */
export function scriptSource(path: string): string {
  const sources = new Map<string, string>();
  collect(path, sources);
  return [...sources.values()].join('\n');
}

function collect(path: string, sources: Map<string, string>): void {
  let source = readFileSync(`${path}.lua`, 'utf8');
  for (let used = USES.exec(source); used?.[1] !== undefined; used = USES.exec(source)) {
    source = source.slice(used[0].length);
    const usedPath = join(dirname(path), used[1]);
    if (!sources.has(usedPath)) collect(usedPath, sources);
  }
  sources.set(path, source);
}
