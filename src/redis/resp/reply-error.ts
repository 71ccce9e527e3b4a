/** An error that Redis replied with. It has the name that ioredis gives its own. */
export class ReplyError extends Error {
  override readonly name = 'ReplyError';
}
