import { readBootId } from '../../../lmdb/boot-id';

/** A number for the current boot, `undefined` without a boot id. A reboot loses what was in memory and not on the disk. */
export async function bootId(): Promise<number | undefined> {
  const id = await readBootId();
  const digits = /^[\da-f]{12}/.exec(id.replaceAll('-', ''))?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
