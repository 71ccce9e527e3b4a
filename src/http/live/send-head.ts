import type { OutgoingHttpHeaders } from 'node:http';
import type { Context } from 'koa';

/**
 * Takes a response over from Koa and writes its head. Headers that are set one by one are kept until the response is over, in
 * kilobytes for each consumer that waits at a tail; those that go out with the head are not.
 */
export function sendHead(ctx: Context, status: number, headers: OutgoingHttpHeaders): void {
  ctx.respond = false;
  ctx.res.writeHead(status, { ...headers, 'X-Request-Id': ctx.state['requestId'] });
}
