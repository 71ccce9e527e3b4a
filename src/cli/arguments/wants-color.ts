import type { Io } from '../output/io';
import type { Flags } from './flags';

/** `--color` or `--no-color`; otherwise a terminal without NO_COLOR. Any non-empty NO_COLOR disables colours (https://no-color.org). */
export function wantsColor(flags: Flags, { stdout, env }: Io): boolean {
  return flags.choice('color') ?? (stdout.isTTY === true && !env['NO_COLOR'] && env['TERM'] !== 'dumb');
}
