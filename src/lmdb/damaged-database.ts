/** A file is no LMDB database, or one that LMDB would end the process over. The message says what is wrong with it. */
export class DamagedDatabase extends Error {
  override readonly name = 'DamagedDatabase';
}
