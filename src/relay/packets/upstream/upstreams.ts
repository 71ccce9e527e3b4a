import { messageOf } from '../../../core/log/errors';
import { Upstream, type UpstreamAnswer, type UpstreamOptions, type UpstreamRequest } from './upstream';

/** No upstream has given a whole answer. */
export class UpstreamUnreachable extends Error {}

/** The servers behind the proxy, one as good as the other: where one cannot be reached the next is tried at once. */
export class Upstreams {
  readonly all: readonly Upstream[];
  /** The one that answered last is asked first: with the first of two down, not every packet has to find that out. */
  #preferred = 0;

  constructor(urls: readonly string[], options: UpstreamOptions) {
    this.all = urls.map((url) => new Upstream(url, options));
  }

  /**
   * @param isGood whether to content oneself with this answer. When no other upstream has a better one it is still the answer.
   * @throws Unreachable when no upstream answers
   */
  async post(request: UpstreamRequest, isGood: (answer: UpstreamAnswer) => boolean): Promise<UpstreamAnswer> {
    const first = this.#preferred;
    const reasons: string[] = [];
    let poor: UpstreamAnswer | undefined;
    for (let i = 0; i < this.all.length && !request.signal.aborted; i += 1) {
      const index = (first + i) % this.all.length;
      try {
        const answer = await this.all[index]?.post(request);
        if (answer !== undefined && isGood(answer)) {
          this.#preferred = index;
          return answer;
        }
        poor ??= answer;
      } catch (error) {
        reasons.push(messageOf(error));
      }
    }
    if (poor !== undefined) return poor;
    throw new UpstreamUnreachable(reasons.join('; '));
  }

  close(): void {
    for (const upstream of this.all) upstream.close();
  }
}
