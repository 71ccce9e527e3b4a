import type { Warn } from '../../../core/store/warnings';
import type { PacketLimits, PacketStore } from '../store/packet-store';
import { LocalMailboxes } from './local-mailboxes';
import { LocalOutbox } from './local-outbox';
import { MemoryPacketDb } from './memory-packet-db';
import type { PacketDb } from './packet-db';
import { Sequence } from './sequence';

/** Opens the packets and clients of a single node. @param directory keeps them over a restart; `undefined`: they are in memory only */
export async function openLocalPacketStore(
  directory: string | undefined,
  limits: PacketLimits,
  warn: Warn,
): Promise<PacketStore> {
  const db = directory === undefined ? new MemoryPacketDb() : await openPacketDb(directory);
  const sequence = new Sequence();
  const mailboxes = new LocalMailboxes(db, sequence, limits, warn);
  const outbox = new LocalOutbox(db, sequence, limits);
  for (const { key, value } of db.entries()) {
    sequence.advanceTo(key[2]);
    mailboxes.restore(key, value);
    outbox.restore(key, value);
  }
  return {
    mailboxes,
    outbox,
    async close() {
      mailboxes.close();
      await db.close();
    },
  };
}

/** Loads LMDB only if it is used: with Redis, the package may be missing. */
async function openPacketDb(directory: string): Promise<PacketDb> {
  const { LmdbPacketDb }: typeof import('./lmdb-packet-db') = require('./lmdb-packet-db');
  return LmdbPacketDb.open(directory);
}
