import type { Warn } from '../../../core/store/warnings';
import type { Packet } from '../store/packet';
import type { Mailboxes } from '../store/packet-store';
import { retryUntilRecorded } from '../store/retry-until-recorded';
import { forwardedHeaders } from './forwarded-headers';
import type { UpstreamAnswer } from './upstream';
import { type Upstreams, UpstreamUnreachable } from './upstreams';

/** The most characters of a client's name. */
export const CLIENT_ID_MAX = 256;

/**
 * What became of a packet for the upstream.
 *
 * delivered    the upstream has the packet
 * gone         the packet was removed, or another node has to send it now
 * refused      the upstream answered, but not 200
 * unreachable  no upstream answered
 */
export type DeliveryResult = 'delivered' | 'gone' | 'refused' | 'unreachable';

export interface UpstreamContext {
  readonly upstreams: Upstreams;
  readonly mailboxes: Mailboxes;
  readonly warn: Warn;
  /** Cancels requests that are in progress. */
  readonly signal: AbortSignal;
}

/** Sends one client's packet, and puts the upstream's answer into the mailbox that it is for. */
export async function deliverPacket(
  context: UpstreamContext,
  client: string,
  packet: Packet,
  sent: () => void,
): Promise<DeliveryResult> {
  const { upstreams, signal, warn } = context;
  const headers = ['Type', 'Packet', 'From', client, ...packet.headers];
  try {
    const request = { headers, body: packet.body, signal, sent };
    const answer = await upstreams.post(request, ({ status }) => status === 200);
    if (answer.status === 200) await storeAnswer(context, answer);
    else warn('the upstream refuses a packet', { client, status: answer.status });
    return answer.status === 200 ? 'delivered' : 'refused';
  } catch (error) {
    if (!(error instanceof UpstreamUnreachable)) throw error;
    if (!signal.aborted) warn('no upstream can be reached', { reason: error.message });
    return 'unreachable';
  }
}

/** Stores the packet in an answer, which names the packet's client. @returns whether it had a packet */
export async function storeAnswer(
  context: UpstreamContext,
  { body, headers, header }: UpstreamAnswer,
): Promise<boolean> {
  const to = header('to') ?? '';
  if (body?.length === 0) return false;
  if (body === undefined || to === '' || to.length > CLIENT_ID_MAX) {
    const reason = body === undefined ? 'it is too long' : 'it does not name its client';
    context.warn('a packet of the upstream is dropped', { reason });
    return false;
  }
  await retryUntilRecorded(async () => {
    const outcome = await context.mailboxes.put(to, { headers: forwardedHeaders(headers), body });
    if (outcome === 'full') context.warn('a packet is dropped: there are too many clients', { client: to });
  }, context);
  return true;
}
