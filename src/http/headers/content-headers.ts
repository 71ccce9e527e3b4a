export type ResponseHeaders = Readonly<Record<string, string>>;

/** Makes a document one of no origin, without scripts. */
const SANDBOX = { 'Content-Security-Policy': "sandbox; default-src 'none'" };

/** Anyone may have sent it: a browser must neither run it, whatever type it says it has, nor let a page of another origin embed it. */
export const ISOLATION_HEADERS: ResponseHeaders = {
  'X-Content-Type-Options': 'nosniff',
  ...SANDBOX,
  'Cross-Origin-Resource-Policy': 'same-origin',
};

/** Of the content of a stream. */
export function contentHeaders(contentType: string): ResponseHeaders {
  return { 'Content-Type': contentType, ...ISOLATION_HEADERS };
}

/** The same for a wire whose every answer says the rest. */
export function sandboxedHeaders(contentType: string): ResponseHeaders {
  return { 'Content-Type': contentType, ...SANDBOX };
}

/** Proxies must neither hold a live response back nor keep or change it. */
export const LIVE_HEADERS: ResponseHeaders = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};
