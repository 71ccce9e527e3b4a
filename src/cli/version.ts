import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { memberOf } from '../client';

/** @returns the version in `package.json` */
export function version(): string {
  const manifest: unknown = JSON.parse(readFileSync(join(__dirname, '../../package.json'), 'utf8'));
  return String(memberOf(manifest, 'version'));
}
