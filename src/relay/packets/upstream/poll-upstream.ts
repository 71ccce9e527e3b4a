import { messageOf } from '../../../core/log/errors';
import { pause } from '../../../core/scheduling/pause';
import type { Outbox } from '../store/packet-store';
import { storeAnswer, type UpstreamContext } from './deliver-packet';
import type { Upstream } from './upstream';

const EMPTY = Buffer.alloc(0);

interface PollOptions {
  readonly outbox: Outbox;
  readonly context: UpstreamContext;
  readonly intervalMs: number;
  /** Ends the polling. */
  readonly stopping: AbortSignal;
}

/** A claim outlasts the time to the next poll by this. When it has expired, the node is dead, and another one polls. */
const GRACE_MS = 3_000;

/** Polls an upstream for packets of its own. Only one node does, so that they keep their order. Each packet is followed by a poll. */
export async function pollUpstream(upstream: Upstream, options: PollOptions): Promise<void> {
  const { intervalMs, outbox, stopping } = options;
  const claim = (ms: number): Promise<number> =>
    outbox.claimPolling(upstream.url, ms).catch(() => intervalMs);
  while (!stopping.aborted) {
    const started = performance.now();
    const others = await claim(intervalMs + GRACE_MS);
    const hasMore =
      others === 0 && (await pollHolding(upstream, options, () => void claim(intervalMs + GRACE_MS)));
    if (hasMore) continue;
    const restMs = others > 0 ? others : intervalMs - (performance.now() - started);
    if (restMs > 0) await pause(restMs, stopping, { ref: false });
  }
  await claim(0);
}

/** The upstream may hold the poll back for longer than the claim lasts. */
async function pollHolding(
  upstream: Upstream,
  options: PollOptions,
  renewClaim: () => void,
): Promise<boolean> {
  const timer = setInterval(renewClaim, GRACE_MS / 3);
  try {
    return await pollOnce(upstream, options);
  } finally {
    clearInterval(timer);
  }
}

async function pollOnce(upstream: Upstream, { context, stopping }: PollOptions): Promise<boolean> {
  try {
    const answer = await upstream.post({ headers: ['Type', 'Packet'], body: EMPTY, signal: stopping });
    if (answer.status === 200) return await storeAnswer(context, answer);
    context.warn('the upstream refuses to be asked for packets', { status: answer.status });
  } catch (error) {
    if (!stopping.aborted) context.warn('an upstream cannot be reached', { reason: messageOf(error) });
  }
  return false;
}
