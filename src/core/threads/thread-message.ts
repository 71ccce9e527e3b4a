/** What a thread sends to the pool that started it. */
export type ThreadMessage<Answer> =
  /** It can run jobs. Each other message answers one. */
  { readonly kind: 'ready' } | { readonly kind: 'answer'; readonly answer: Answer };
