/** A file is not an LMDB database, or is one over which LMDB would end the process. The message is the reason. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase';
}
