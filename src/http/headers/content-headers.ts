/** Headers of a response, by name. */
export type ResponseHeaders = Readonly<Record<string, string>>;

/** Gives a document an opaque origin, and no scripts. */
const SANDBOX = { 'Content-Security-Policy': "sandbox; default-src 'none'" };

/** For bytes that come from any client: a browser neither runs them, whatever their type, nor embeds them in a page of another origin. */
export const ISOLATION_HEADERS: ResponseHeaders = {
  'X-Content-Type-Options': 'nosniff',
  ...SANDBOX,
  'Cross-Origin-Resource-Policy': 'same-origin',
};

export function contentHeaders(contentType: string): ResponseHeaders {
  return { 'Content-Type': contentType, ...ISOLATION_HEADERS };
}

/** The same for a wire whose every answer has the other two. */
export function sandboxedHeaders(contentType: string): ResponseHeaders {
  return { 'Content-Type': contentType, ...SANDBOX };
}

/** Keeps proxies from buffering, storing or changing a live response. */
export const LIVE_HEADERS: ResponseHeaders = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};
