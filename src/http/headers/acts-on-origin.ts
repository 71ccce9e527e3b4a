/** Headers that apply to the whole origin, by family: browsers and proxies add members to a family more often than a family. */
const FAMILIES: readonly RegExp[] = [
  // What a browser keeps: cookies, logins, transport, hints, dictionaries.
  /^set-/,
  /^(clear-site-data|expect-ct)$/,
  /^idp-signin-/,
  /^activate-storage-access$/,
  /^service-worker-/,
  /^(strict-transport-security|public-key-pins|alt-svc)/,
  /^(accept-ch|critical-ch|use-as-dictionary)/,
  // What it keeps or counts for advertising.
  /^(ad-auction|attribution-reporting|observe-browsing|private-state|shared-storage)-/,
  // What a document may do, and who may embed or read it.
  /-polic(y|ies)(-report-only)?$/,
  /^(access-control|cross-origin|sec|secure-session)-/,
  /^origin-(agent-cluster|isolation|trial)$/,
  /^(timing-allow-origin|supports-loading-mode|speculation-rules)$/,
  /^x-(content-type|download|frame)-options$/,
  /^x-(dns-prefetch-control|webkit-csp|xss-protection)/,
  // Where a browser goes next, asks for a password, or reports errors.
  /^refresh$/,
  /^(www-authenticate|authentication-)/,
  /^(report-to|reporting-|nel$)/,
  /^(x-)?sourcemap$/,
  // Instructions to a proxy in front, such as to send another file.
  /^proxy-/,
  /^x-(accel|lighttpd|litespeed|reproxy)-/,
  /^x-send-?file/,
];

/** Whether a header applies to the whole server, for example `Set-Cookie`. */
export function actsOnOrigin(name: string): boolean {
  const lower = name.toLowerCase();
  return FAMILIES.some((family) => family.test(lower));
}
