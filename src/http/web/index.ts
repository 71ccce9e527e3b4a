import { createHash } from 'node:crypto';
import { methodNotAllowed, routeNotFound } from '../errors/shared-errors';
import { sendEmpty, sendHead } from '../front/send-head';
import type { Wire } from '../front/wire';
import type { WireRequest } from '../front/wire-request';
import { isNotModified } from '../headers/preconditions';
import { vary } from '../headers/vary';
import { pageDocument } from './page-document';
import { sendAsset } from './send-asset';
import { wantedPage } from './wants-page';
import type { WebFiles, WebPage } from './web-files';

const ASSETS = '/assets/';

/** The wires that have pages. */
const PAGED: readonly string[] = ['/', '/stream', '/spy'];

/** The pages run only scripts of this server, and send only to it. No page of another site can embed them. */
const POLICY = [
  "default-src 'none'",
  "script-src 'self'",
  "style-src 'self'",
  "connect-src 'self'",
  'img-src data:',
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

/**
 * The web pages in front of the wires: a request that prefers HTML gets the page of its path, and all others get what the wires have. Pages
 * have no data and assets are the same for all, so neither needs a token.
 * @param files `undefined`: the pages are not built, and the wires are all there is
 */
export function withPages(wires: readonly Wire[], files: WebFiles | undefined): readonly Wire[] {
  if (files === undefined) return wires;
  const root: Wire = { name: 'pages', path: '/', handle: refuse };
  return [
    assetsOf(files),
    docsOf(files),
    ...openapiOf(files),
    ...[...wires, root].map((wire) => (PAGED.includes(wire.path) ? withPage(wire, files) : wire)),
  ];
}

function withPage(wire: Wire, files: WebFiles): Wire {
  return {
    ...wire,
    handle(request) {
      const page = wantedPage(request);
      return page === undefined ? wire.handle(request) : sendPage(request, page, files);
    },
  };
}

/** The name of an asset has a hash of its content, so that it never changes. */
function assetsOf({ assets }: WebFiles): Wire {
  return {
    name: 'pages',
    path: ASSETS,
    route: `${ASSETS}*`,
    handle(request) {
      const asset = assets.get(request.path.slice(ASSETS.length));
      if (asset === undefined) throw routeNotFound(request.path);
      assertReads(request);
      sendAsset(request, asset, 'public, max-age=31536000, immutable');
    },
  };
}

/** `/openapi.yaml` and `/openapi.json`: what this server is, for programs. */
function openapiOf({ openapi }: WebFiles): readonly Wire[] {
  return [...openapi].map(([name, asset]) => ({
    name: 'pages' as const,
    path: `/${name}`,
    handle(request) {
      if (request.path !== `/${name}`) throw routeNotFound(request.path);
      assertReads(request);
      sendAsset(request, asset, 'no-cache');
    },
  }));
}

/** `/docs`: the same as a page. There is nothing else at this path, so that every client gets it. */
function docsOf(files: WebFiles): Wire {
  return {
    name: 'pages',
    path: '/docs',
    handle(request) {
      if (!/^\/docs\/?$/.test(request.path)) throw routeNotFound(request.path);
      assertReads(request);
      sendPage(request, 'docs', files);
    },
  };
}

function assertReads({ req }: WireRequest): void {
  if (req.method !== 'GET' && req.method !== 'HEAD') throw methodNotAllowed(req.method, 'HEAD, GET');
}

function sendPage(request: WireRequest, page: WebPage, { pages }: WebFiles): void {
  const { req, res, path, record } = request;
  record.route = `page ${page}`;
  const html = Buffer.from(pageDocument(page, pages[page], path));
  const etag = `"${createHash('sha256').update(html).digest('base64url').slice(0, 22)}"`;
  const headers = {
    ETag: etag,
    'Cache-Control': 'no-cache',
    'Content-Security-Policy': POLICY,
    'Referrer-Policy': 'no-referrer',
    'X-Content-Type-Options': 'nosniff',
    Vary: vary(res, 'Accept'),
  };
  if (isNotModified(req, { etag })) {
    sendEmpty(request, 304, headers);
    return;
  }
  sendHead(request, 200, {
    ...headers,
    'Content-Type': 'text/html; charset=utf-8',
    'Content-Length': html.length,
  });
  res.end(req.method === 'HEAD' ? undefined : html);
}

/** Beside the page, the root has nothing. */
function refuse(request: WireRequest): never {
  request.principal();
  throw routeNotFound(request.path);
}
