import { setImmediate as turn } from 'node:timers/promises';
import { onAbort } from '../../core/scheduling/abortable';
import { Latch } from '../../core/scheduling/latch';
import type { InFlightPacket, Mailboxes } from './store/packet-store';

/** How often a waiting poll tries again by itself: a notification may be lost, or the node that has the packet in flight may die. */
const RETAKE_MS = 2_000;

/** What a long-poll for a packet waits for, and for how long. */
export interface PacketWait {
  /** How long to wait, in milliseconds. */
  readonly ms: number;
  /** Aborts when the client has left, or need not wait any longer. */
  readonly signal: AbortSignal;
  /** Whether to go on waiting while the store is away. */
  readonly toleratesOutage: boolean;
}

/** Waits for a client's oldest packet, and requeues it after an abort. @throws LogError `STORE_UNAVAILABLE`, unless `toleratesOutage` */
export async function awaitPacket(
  mailboxes: Mailboxes,
  client: string,
  { ms, signal, toleratesOutage }: PacketWait,
): Promise<InFlightPacket | undefined> {
  const until = performance.now() + ms;
  const changed = new Latch();
  const removeAbort = onAbort(signal, changed.set);
  const removeMail = mailboxes.onMail(client, changed.set);
  try {
    for (;;) {
      changed.clear();
      const inFlight = await takeOne(mailboxes, client, toleratesOutage);
      // Perhaps only the kernel knows yet that the client has left. The first turn may be the present one; after the second,
      // everything that the kernel had has been read.
      for (let i = 0; inFlight !== undefined && i < 2; i += 1) await turn();
      if (inFlight !== undefined && !signal.aborted) return inFlight;
      if (inFlight !== undefined) await mailboxes.requeue(inFlight);
      const rest = until - performance.now();
      if (rest <= 0 || signal.aborted) return undefined;
      await changed.wait(Math.min(rest, RETAKE_MS));
    }
  } finally {
    removeMail();
    removeAbort();
  }
}

async function takeOne(
  mailboxes: Mailboxes,
  client: string,
  toleratesOutage: boolean,
): Promise<InFlightPacket | undefined> {
  try {
    return await mailboxes.take(client);
  } catch (error) {
    if (!toleratesOutage) throw error;
    return undefined;
  }
}
