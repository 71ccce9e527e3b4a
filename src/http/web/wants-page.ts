import type { WireRequest } from '../front/wire-request';
import { preferredType, prefersToAll } from '../headers/accept';
import type { WebPage } from './web-files';

interface PagePlace {
  readonly path: RegExp;
  readonly page: WebPage;
  /** What the resource has beside the page. Absent: any type, as streams have any. */
  readonly otherwise?: string;
}

const PLACES: readonly PagePlace[] = [
  { path: /^\/(?:stream\/?)?$/, page: 'list', otherwise: 'application/json' },
  { path: /^\/stream\/[^/]+\/?$/, page: 'stream' },
  { path: /^\/spy\/?$/, page: 'spy', otherwise: 'text/plain' },
];

const HTML = 'text/html';

/** Java's `HttpURLConnection` sends it if its program asks for no type. */
const JAVA_DEFAULT = /^text\/html, image\/gif, image\/jpeg, (?:\*; q=\.2, )?\*\/\*; q=0?\.2$/;

/** What makes a browser get the stream itself: `?raw` to see it, `?download` to save it. */
const OWN_BYTES = ['raw', 'download'];
const OFF: readonly string[] = ['false', '0'];

/**
 * The page that a request asks for, by its path and its `Accept` alone: a client that does not name `text/html`, or prefers something
 * else to it, gets what the API has.
 */
export function wantedPage({ req, path, query }: WireRequest): WebPage | undefined {
  const { method, headers } = req;
  if (headers.accept?.toLowerCase().includes(HTML) !== true || JAVA_DEFAULT.test(headers.accept))
    return undefined;
  if (method !== 'GET' && method !== 'HEAD') return undefined;
  const place = PLACES.find((one) => one.path.test(path));
  if (place === undefined || !prefersHtml(headers.accept, place)) return undefined;
  const isRaw = place.page === 'stream' && OWN_BYTES.some((name) => isOn(query.get(name)));
  return isRaw ? undefined : place.page;
}

function prefersHtml(accept: string, { otherwise }: PagePlace): boolean {
  if (otherwise === undefined) return prefersToAll(accept, HTML);
  return preferredType(accept, [HTML], otherwise) !== undefined;
}

function isOn(value: string | null): boolean {
  return value !== null && !OFF.includes(value);
}
