/** Redis answered that it does not do what it was asked to. Named as ioredis names its own. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}
