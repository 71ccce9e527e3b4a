import { messageOf } from '../../../core/log/errors';
import { pause } from '../../../core/scheduling/pause';
import type { Outbox } from '../store/packet-store';
import { storeAnswer, type UpstreamContext } from './deliver-packet';
import type { Upstream } from './upstream';

const EMPTY = Buffer.alloc(0);

export interface PollOptions {
  readonly outbox: Outbox;
  readonly post: UpstreamContext;
  readonly intervalMs: number;
  /** Aborts when no more is to be asked for. */
  readonly stopping: AbortSignal;
}

/** Beyond the time to the next question: a node that has died asks no more, and another one takes over. */
const GRACE_MS = 3_000;

/**
 * Asks one upstream again and again for packets that it has of its own accord. Of several servers one asks, so that packets keep their
 * order. An answer with a packet is followed by the next question at once, as there may be more.
 */
export async function pollUpstream(upstream: Upstream, options: PollOptions): Promise<void> {
  const { intervalMs, outbox, stopping } = options;
  const claim = (ms: number): Promise<number> =>
    outbox.claimPolling(upstream.url, ms).catch(() => intervalMs);
  while (!stopping.aborted) {
    const started = performance.now();
    const others = await claim(intervalMs + GRACE_MS);
    const hasMore =
      others === 0 && (await askHolding(upstream, options, () => void claim(intervalMs + GRACE_MS)));
    if (hasMore) continue;
    const restMs = others > 0 ? others : intervalMs - (performance.now() - started);
    if (restMs > 0) await pause(restMs, stopping, { ref: false });
  }
  await claim(0);
}

/** The upstream may hold the question back for longer than the claim lasts. */
async function askHolding(upstream: Upstream, options: PollOptions, hold: () => void): Promise<boolean> {
  const timer = setInterval(hold, GRACE_MS / 3);
  try {
    return await ask(upstream, options);
  } finally {
    clearInterval(timer);
  }
}

async function ask(upstream: Upstream, { post, stopping }: PollOptions): Promise<boolean> {
  try {
    const answer = await upstream.post({ headers: ['Type', 'Packet'], body: EMPTY, signal: stopping });
    if (answer.status === 200) return await storeAnswer(post, answer);
    post.warn('the upstream refuses to be asked for packets', { status: answer.status });
  } catch (error) {
    if (!stopping.aborted) post.warn('an upstream cannot be reached', { reason: messageOf(error) });
  }
  return false;
}
