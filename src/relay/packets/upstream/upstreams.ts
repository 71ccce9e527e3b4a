import { messageOf } from '../../../core/log/errors';
import { Upstream, type UpstreamAnswer, type UpstreamOptions, type UpstreamRequest } from './upstream';

/** No upstream gave a complete answer. */
export class UpstreamUnreachable extends Error {}

/** The servers behind the proxy, which are equivalent: if one cannot be reached, the next is tried at once. */
export class Upstreams {
  readonly all: readonly Upstream[];
  /** The one that answered last is tried first: otherwise, with the first of two down, each packet would try it. */
  #preferred = 0;

  constructor(urls: readonly string[], options: UpstreamOptions) {
    this.all = urls.map((url) => new Upstream(url, options));
  }

  /** @param isGood whether to try no other upstream. Without a good answer the first is returned @throws UpstreamUnreachable for none */
  async post(request: UpstreamRequest, isGood: (answer: UpstreamAnswer) => boolean): Promise<UpstreamAnswer> {
    const first = this.#preferred;
    const reasons: string[] = [];
    let fallback: UpstreamAnswer | undefined;
    for (let i = 0; i < this.all.length && !request.signal.aborted; i += 1) {
      const index = (first + i) % this.all.length;
      try {
        const answer = await this.all[index]?.post(request);
        if (answer !== undefined && isGood(answer)) {
          this.#preferred = index;
          return answer;
        }
        fallback ??= answer;
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
    if (fallback !== undefined) return fallback;
    throw new UpstreamUnreachable(reasons.join('; '));
  }

  close(): void {
    for (const upstream of this.all) upstream.close();
  }
}
