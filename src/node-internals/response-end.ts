import type { ServerResponse } from 'node:http';

/**
 * Calls `notify` once, after a response was ended or destroyed. No event of Node says so while the response has no connection. It
 * replaces `end` and `destroy` of this response, which Node itself also calls.
 */
export function onResponseEnd(res: ServerResponse, notify: () => void): void {
  const { end, destroy } = res;
  const after =
    <T extends unknown[]>(method: (...args: T) => ServerResponse) =>
    (...args: T): ServerResponse => {
      Object.assign(res, { end, destroy });
      Reflect.apply(method, res, args);
      notify();
      return res;
    };
  Object.assign(res, { end: after(end), destroy: after(destroy) });
}
