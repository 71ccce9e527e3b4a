import { readBootId } from '../../../lmdb/boot-id';

/**
 * A number for the time since which this kernel has run. What an earlier one had in its memory and not on the disk is lost.
 * @returns `undefined` where the system does not say
 */
export async function bootId(): Promise<number | undefined> {
  const id = await readBootId();
  const digits = /^[\da-f]{12}/.exec(id.replaceAll('-', ''))?.[0];
  return digits === undefined ? undefined : Number.parseInt(digits, 16);
}
