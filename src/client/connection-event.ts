import type { LoomClientError } from './errors';
import type { LostRange } from './lost-range';

/** What is worth telling a user about a connection that keeps itself up. */
export type ConnectionEvent =
  /** A try failed, and there will be another. */
  | { readonly kind: 'retrying'; readonly failure: LoomClientError }
  /** After one or more failures the server answers again. */
  | { readonly kind: 'resumed'; readonly offset?: number }
  /** A follower has bytes that the server has lost. What it gets next begins at `from`, and takes their place. */
  | ({ readonly kind: 'lost' } & LostRange);
