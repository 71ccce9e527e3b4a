import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberOf } from '../client/wire/json';

/** The version of the package that this command is of. */
export function packageVersion(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
  return String(memberOf(manifest, 'version'));
}
