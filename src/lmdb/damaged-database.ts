/** A file is not an LMDB database, or is one that would make LMDB crash the process. The message is the reason. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase';
}
