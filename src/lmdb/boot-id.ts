import { readFile } from 'node:fs/promises';

/** The kernel's id of this boot, a UUID; empty where the system has none. */
export function readBootId(): Promise<string> {
  return readFile('/proc/sys/kernel/random/boot_id', 'latin1').catch(() => '');
}
