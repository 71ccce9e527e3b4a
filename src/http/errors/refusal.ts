import type { ServerResponse } from 'node:http';

const codes = new WeakMap<ServerResponse, string>();

/** Notes the `code` of the error that a response carries, for the metrics. */
export function noteRefusal(res: ServerResponse, code: string): void {
  codes.set(res, code);
}

export function refusalOf(res: ServerResponse): string | undefined {
  return codes.get(res);
}
