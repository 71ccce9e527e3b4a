/** Headers that reach beyond their response: a browser, or the proxy in front, applies them to everything of the server's origin. */
const NAMES = new Set([
  // What a browser keeps.
  'set-cookie',
  'set-cookie2',
  'set-login',
  'clear-site-data',
  'activate-storage-access',
  'service-worker-allowed',
  'strict-transport-security',
  'expect-ct',
  'alt-svc',
  'accept-ch',
  'accept-ch-lifetime',
  'critical-ch',
  'use-as-dictionary',
  // What a document may do, and who may embed or read it.
  'timing-allow-origin',
  'origin-agent-cluster',
  'origin-trial',
  'referrer-policy',
  'feature-policy',
  'supports-loading-mode',
  'speculation-rules',
  'x-content-type-options',
  'x-dns-prefetch-control',
  'x-download-options',
  'x-frame-options',
  'x-permitted-cross-domain-policies',
  'x-webkit-csp',
  'x-xss-protection',
  // Where a browser goes next, asks for a password, or reports errors.
  'refresh',
  'www-authenticate',
  'authentication-info',
  'report-to',
  'reporting-endpoints',
  'nel',
  'sourcemap',
  'x-sourcemap',
  // Instructions to a proxy in front, such as to send another file.
  'x-sendfile',
  'x-lighttpd-send-file',
]);

const PREFIXES = [
  'access-control-',
  'attribution-reporting-',
  'content-security-policy',
  'cross-origin-',
  'document-isolation-policy',
  'document-policy',
  'integrity-policy',
  'permissions-policy',
  'proxy-',
  'public-key-pins',
  'require-document-policy',
  'sec-',
  'service-worker-',
  'x-accel-',
  'x-content-security-policy',
  'x-reproxy-',
];

/** Whether a header applies to the whole server, for example `Set-Cookie`. */
export function actsOnOrigin(name: string): boolean {
  const lower = name.toLowerCase();
  return NAMES.has(lower) || PREFIXES.some((prefix) => lower.startsWith(prefix));
}
