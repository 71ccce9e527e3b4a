import type { ServerResponse } from 'node:http';

/** Calls `notify` once the response was ended or destroyed, for which Node has no event without a connection. Replaces both methods. */
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
