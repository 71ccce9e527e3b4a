import { readBootId } from '../../../lmdb/boot-id';

/**
 * A number for the current boot of the machine. A reboot loses what was in memory and not on the disk.
 * @returns `undefined` where the system has no boot id
 */
export async function bootId(): Promise<number | undefined> {
  const id = await readBootId();
  const digits = /^[\da-f]{12}/.exec(id.replaceAll('-', ''))?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
