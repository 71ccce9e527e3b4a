/**
 * The URL of the server, with the path prefix of a proxy, and with a slash at the end. Scripts are one folder below it, whatever page
 * they are part of.
 */
export const ROOT = new URL('..', import.meta.url);

/** The URL of a path such as `stream/build-1/info`. */
export function urlOf(path: string): URL {
  return new URL(path, ROOT);
}

/** The path of a stream for `urlOf`. */
export function streamPath(id: string): string {
  return `stream/${encodeURIComponent(id)}`;
}

/** The id in the path of a stream's page. */
export function streamIdOf(pathname: string): string {
  const path = pathname.slice(ROOT.pathname.length);
  return decodeURIComponent(path.replace(/^stream\//, '').replace(/\/$/, ''));
}
