import { setImmediate as turn } from 'node:timers/promises';
import { onAbort } from '../../core/scheduling/abortable';
import { Flag } from '../../core/scheduling/flag';
import type { InFlightPacket, Mailboxes } from './store/packet-store';

/** A waiting poll looks this often by itself: that it was told of a packet may have got lost, or the node that had it died. */
const LOOK_AGAIN_MS = 2_000;

export interface PacketWait {
  /** How long to wait, in milliseconds. */
  readonly ms: number;
  /** Aborts when the client has left or need not wait any longer. */
  readonly signal: AbortSignal;
  /** A store that is away ends the wait only when this is `false`. */
  readonly toleratesOutage: boolean;
}

/**
 * The oldest packet of a client, as soon as there is one. One that comes in the moment in which `signal` aborts is given back.
 *
 * @throws LogError `STORE_UNAVAILABLE`, unless `bearsFailure`
 */
export async function awaitPacket(
  mailboxes: Mailboxes,
  client: string,
  { ms, signal, toleratesOutage }: PacketWait,
): Promise<InFlightPacket | undefined> {
  const until = performance.now() + ms;
  const changed = new Flag();
  const removeAbort = onAbort(signal, changed.set);
  const removeMail = mailboxes.onMail(client, changed.set);
  try {
    for (;;) {
      changed.clear();
      const taken = await takeOne(mailboxes, client, toleratesOutage);
      // That the client has left may be known to the kernel only: before the packet is handed over it is to be known here. The
      // first turn may be the present one; after the second, everything that the kernel knew has been read.
      for (let i = 0; taken !== undefined && i < 2; i += 1) await turn();
      if (taken !== undefined && !signal.aborted) return taken;
      if (taken !== undefined) await mailboxes.requeue(taken);
      const rest = until - performance.now();
      if (rest <= 0 || signal.aborted) return undefined;
      await changed.wait(Math.min(rest, LOOK_AGAIN_MS));
    }
  } finally {
    removeMail();
    removeAbort();
  }
}

async function takeOne(
  mailboxes: Mailboxes,
  client: string,
  bearsFailure: boolean,
): Promise<InFlightPacket | undefined> {
  try {
    return await mailboxes.take(client);
  } catch (error) {
    if (!bearsFailure) throw error;
    return undefined;
  }
}
