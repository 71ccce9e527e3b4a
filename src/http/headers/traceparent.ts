import type { IncomingHttpHeaders } from 'node:http';

/** Version, trace, span and flags. A later version may have more behind another hyphen (W3C Trace Context, 3.2). */
const FORM =
  /^(?!ff)[\da-f]{2}-(?!0{32})[\da-f]{32}-(?!0{16})[\da-f]{16}-[\da-f]{2}(?:-[\x21-\x7e]{1,128})?$/;

/** The trace that a request belongs to; `undefined` if the header is absent or malformed, because a trace may be restarted then. */
export function traceparentOf(headers: IncomingHttpHeaders): string | undefined {
  const { traceparent } = headers;
  if (typeof traceparent !== 'string' || !FORM.test(traceparent)) return undefined;
  // Version 00 has no more fields.
  return traceparent.startsWith('00-') && traceparent.length !== 55 ? undefined : traceparent;
}
