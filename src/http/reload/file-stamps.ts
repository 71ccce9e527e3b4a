import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';

/**
 * What changes when a file is written to, replaced, created or removed. Of a directory that is so of each file in it, also if it is a link,
 * as in a mounted secret of Kubernetes.
 */
export async function readStamp(paths: readonly string[]): Promise<string> {
  const stamps = await Promise.all(
    paths.map(async (path) => [await stampOfFile(path), ...(await within(path))]),
  );
  return stamps.flat().join('\n');
}

async function within(path: string): Promise<readonly string[]> {
  // What is no directory, or cannot be read, has no files.
  const names = await readdir(path).catch((): string[] => []);
  return Promise.all(names.sort().map((name) => stampOfFile(join(path, name))));
}

async function stampOfFile(path: string): Promise<string> {
  try {
    const { ino, size, mtimeNs, ctimeNs } = await stat(path, { bigint: true });
    return `${path}:${ino}:${size}:${mtimeNs}:${ctimeNs}`;
  } catch {
    return `${path}:-`;
  }
}
