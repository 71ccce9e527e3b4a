import { createReadStream } from 'node:fs';
import { UsageError } from '../arguments/usage-error';
import { errorText } from '../output/error-text';
import type { Io } from '../output/io';
import type { Secret } from './secret-index';

/** The largest file of secrets. */
const FILE_BYTES_MAX = 64 * 1024;

/** Finds the variables whose names match a pattern such as `*_TOKEN`, in which `*` is any text and `?` any character. @param lists patterns with commas between them @throws UsageError */
export function secretsOfEnv(lists: readonly string[], env: Io['env']): Secret[] {
  const patterns = lists.flatMap((list) => list.split(',').map((pattern) => pattern.trim()));
  if (patterns.includes('')) throw new UsageError('--redact-env has an empty pattern');
  const isSecret = patterns.map(matcherOf);
  return Object.entries(env)
    .filter(([name]) => isSecret.some((matches) => matches.test(name)))
    .map(([name, value = '']) => ({ name, value: Buffer.from(value) }));
}

/** Reads files of which each is one value, or one per line. @throws UsageError */
export async function secretsOfFiles(paths: readonly string[]): Promise<Secret[]> {
  return Promise.all(paths.map(async (path) => ({ name: path, value: await readSecret(path) })));
}

function matcherOf(pattern: string): RegExp {
  const source = pattern.replaceAll(/[^*?]+/g, (text) => text.replaceAll(/[\\^$.|+()[\]{}]/g, '\\$&'));
  return new RegExp(`^${source.replaceAll('*', '.*').replaceAll('?', '.')}$`, 's');
}

async function readSecret(path: string): Promise<Buffer> {
  const pieces: Buffer[] = [];
  try {
    // To its end: a pipe such as `<(vault read …)` has its bytes in several pieces.
    for await (const piece of createReadStream(path, { end: FILE_BYTES_MAX })) pieces.push(piece);
  } catch (error) {
    throw new UsageError(`cannot read the file of --redact-file: ${errorText(error)}`);
  }
  const value = Buffer.concat(pieces);
  if (value.length <= FILE_BYTES_MAX) return value;
  throw new UsageError(`the file of --redact-file is larger than ${FILE_BYTES_MAX} bytes: ${path}`);
}
