import type { LoomClientError } from './errors';
import type { LostRange } from './lost-range';

/** An event of a connection that reconnects by itself. */
export type ConnectionEvent =
  /** A request failed and will be retried. */
  | { readonly kind: 'retrying'; readonly failure: LoomClientError }
  /** The server answers again after failures. */
  | { readonly kind: 'resumed'; readonly offset?: number }
  /** The server has lost bytes that the follower already has. The follower continues at `from`: the next bytes replace them. */
  | ({ readonly kind: 'lost' } & LostRange);
