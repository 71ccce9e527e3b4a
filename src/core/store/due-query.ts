/** Which logs are due, and for what. */
export type DueQuery =
  /** Logs without a writer whose grace is over at `now`. */
  | { readonly kind: 'overdue'; readonly now: number }
  | { readonly kind: 'sealed'; readonly before: number }
  | { readonly kind: 'expired'; readonly now: number };
