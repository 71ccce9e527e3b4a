/** Redis replied with an error. Has the name that ioredis gives its own. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}
