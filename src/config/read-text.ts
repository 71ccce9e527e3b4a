import { readFileSync } from 'node:fs';
import { types } from 'node:util';
import { ConfigError } from './startup-errors';

/** Reads a file. @throws ConfigError that begins with `where` */
export function readText(path: string, where: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch (error) {
    throw unreadableFile(where, error);
  }
}

export function unreadableFile(where: string, error: unknown): ConfigError {
  const why = types.isNativeError(error) ? error.message : String(error);
  return new ConfigError(`${where}: cannot be read: ${why}`);
}
