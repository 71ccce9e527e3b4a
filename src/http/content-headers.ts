export type Headers = Readonly<Record<string, string>>;

/** Anyone may have put anything into a stream: a browser must not run it, whatever type its producer gave it. */
export function contentHeaders(contentType: string): Headers {
  return {
    'Content-Type': contentType,
    'X-Content-Type-Options': 'nosniff',
    'Content-Security-Policy': "sandbox; default-src 'none'",
    'Cross-Origin-Resource-Policy': 'same-origin',
  };
}

/** Proxies must neither hold a live response back nor keep or change it. */
export const LIVE_HEADERS: Headers = {
  'Cache-Control': 'no-store, no-transform',
  'X-Accel-Buffering': 'no',
};
