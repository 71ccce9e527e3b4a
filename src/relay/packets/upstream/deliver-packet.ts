import type { Packet } from '../store/packet';
import type { Mailboxes } from '../store/packet-store';
import { retryUntilRecorded } from '../store/retry-until-recorded';
import { forwardedHeaders } from './forwarded-headers';
import type { UpstreamAnswer } from './upstream';
import { type Upstreams, UpstreamUnreachable } from './upstreams';

/** The most characters of a name that the upstream gives a client. */
export const CLIENT_ID_MAX = 256;

/**
 * delivered    the upstream has the packet
 * gone         it is not this server's to send any more
 * refused      the upstream answered, but with something other than 200
 * unreachable  no upstream answered
 */
export type DeliveryResult = 'delivered' | 'gone' | 'refused' | 'unreachable';

export interface UpstreamContext {
  readonly upstreams: Upstreams;
  readonly mailboxes: Mailboxes;
  readonly warn: (message: string, details: object) => void;
  /** Aborts when what is under way is given up. */
  readonly signal: AbortSignal;
}

/** Sends one client's packet, and puts what the upstream answers into the mailbox of whom it is for. */
export async function deliverPacket(
  post: UpstreamContext,
  client: string,
  packet: Packet,
  sent: () => void,
): Promise<DeliveryResult> {
  const { upstreams, signal, warn } = post;
  const headers = ['Type', 'Packet', 'From', client, ...packet.headers];
  try {
    const request = { headers, body: packet.body, signal, sent };
    const answer = await upstreams.post(request, ({ status }) => status === 200);
    if (answer.status === 200) await storeAnswer(post, answer);
    else warn('the upstream refuses a packet', { client, status: answer.status });
    return answer.status === 200 ? 'delivered' : 'refused';
  } catch (error) {
    if (!(error instanceof UpstreamUnreachable)) throw error;
    if (!signal.aborted) warn('no upstream can be reached', { reason: error.message });
    return 'unreachable';
  }
}

/**
 * The answer says whom its packet is for: that need not be the client whose packet it answers.
 * @returns whether there was a packet in it
 */
export async function storeAnswer(
  post: UpstreamContext,
  { body, headers, header }: UpstreamAnswer,
): Promise<boolean> {
  const to = header('to') ?? '';
  if (body?.length === 0) return false;
  if (body === undefined || to === '' || to.length > CLIENT_ID_MAX) {
    const reason = body === undefined ? 'it is too long' : 'it does not say whom it is for';
    post.warn('a packet of the upstream is dropped', { reason });
    return false;
  }
  await retryUntilRecorded(async () => {
    const outcome = await post.mailboxes.put(to, { headers: forwardedHeaders(headers), body });
    if (outcome === 'full') post.warn('a packet is dropped: there are too many clients', { client: to });
  }, post);
  return true;
}
