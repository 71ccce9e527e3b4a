import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

export async function withDirectory<T>(action: (directory: string) => Promise<T>): Promise<T> {
  const directory = await makeDirectory();
  try {
    return await action(directory);
  } finally {
    await removeDirectory(directory);
  }
}

export function makeDirectory(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'loom-files-'));
}

export function removeDirectory(directory: string): Promise<void> {
  return rm(directory, { recursive: true, force: true });
}
