import type { PacketLimits, PacketStore } from '../store/packet-store';
import { LocalMailboxes } from './local-mailboxes';
import { LocalOutbox } from './local-outbox';
import { MemoryPacketDb } from './memory-packet-db';
import type { PacketDb } from './packet-db';
import { Sequence } from './sequence';

/**
 * Packets and clients of a server that shares them with no other.
 * @param directory where they survive a restart; `undefined`: nowhere
 */
export async function openLocalPacketStore(
  directory: string | undefined,
  limits: PacketLimits,
  warn: (message: string, details: object) => void,
): Promise<PacketStore> {
  const shelf = directory === undefined ? new MemoryPacketDb() : await openPacketDb(directory);
  const order = new Sequence();
  const mailboxes = new LocalMailboxes(shelf, order, limits, warn);
  const outbox = new LocalOutbox(shelf, order, limits);
  for (const { key, value } of shelf.entries()) {
    order.advanceTo(key[2]);
    mailboxes.restore(key, value);
    outbox.restore(key, value);
  }
  return {
    mailboxes,
    outbox,
    async close() {
      mailboxes.close();
      await shelf.close();
    },
  };
}

/** Loaded only where it is used: who uses Redis need not be able to load LMDB. */
async function openPacketDb(directory: string): Promise<PacketDb> {
  const { LmdbPacketDb }: typeof import('./lmdb-packet-db') = require('./lmdb-packet-db');
  return LmdbPacketDb.open(directory);
}
