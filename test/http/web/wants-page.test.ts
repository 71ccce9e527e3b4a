import type { WireRequest } from '../../../src/http/front/wire-request';
import { wantedPage } from '../../../src/http/web/wants-page';
import { BROWSERS } from '../../support/accept-html';

function wanted(accept: string | undefined, target: string, method = 'GET'): string | undefined {
  const { pathname, searchParams } = new URL(target, 'http://localhost');
  const req = { method, headers: { accept } };
  return wantedPage({ req, path: pathname, query: searchParams } as unknown as WireRequest);
}

describe('the page that a request asks for', () => {
  const { Chromium } = BROWSERS;

  it.each(Object.entries(BROWSERS))('is a page for %s', (_name, accept) => {
    expect(wanted(accept, '/')).toBe('list');
    expect(wanted(accept, '/stream')).toBe('list');
    expect(wanted(accept, '/stream/')).toBe('list');
    expect(wanted(accept, '/stream/a%2Fb')).toBe('stream');
    expect(wanted(accept, '/stream/a/')).toBe('stream');
    expect(wanted(accept, '/spy')).toBe('spy');
    expect(wanted(accept, '/spy/', 'HEAD')).toBe('spy');
  });

  it.each([
    '/stream/a/info',
    '/stream/a/index',
    '/stream/a/b/',
    '/streams',
    '/healthz',
    '/spy/a',
    '/v1/stream/a',
  ])('is none at %s, which has none', (path) => {
    expect(wanted(Chromium, path)).toBeUndefined();
  });

  it.each([
    undefined,
    '',
    '*/*',
    'text/*',
    'application/json, text/plain, */*',
    'text/event-stream',
    'application/x-ndjson',
    'text/html;q=0',
    'text/html;q=0, */*',
    'text/html;q=0.5, application/json, text/plain',
    'text/html;q=0.5, */*',
    'text/htmlx',
    'text/plain;a="text/html"',
    // The default of Java's HttpURLConnection, of old versions and of new ones.
    'text/html, image/gif, image/jpeg, *; q=.2, */*; q=.2',
    'text/html, image/gif, image/jpeg, */*; q=0.2',
  ])('is none for the Accept %j', (accept) => {
    for (const path of ['/', '/stream', '/stream/a', '/spy']) expect(wanted(accept, path)).toBeUndefined();
  });

  it.each(['POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS'])('is none for %s', (method) => {
    expect(wanted(Chromium, '/stream/a', method)).toBeUndefined();
  });

  it.each(['raw', 'raw=true', 'raw=1', 'download', 'notail&raw', 'raw=maybe'])(
    'is none for a stream with ?%s',
    (query) => {
      expect(wanted(Chromium, `/stream/a?${query}`)).toBeUndefined();
    },
  );

  it.each(['q=error', 'line=5', 'raw=false', 'raw=0', 'access_token=x'])(
    'is a page for a stream with ?%s',
    (query) => {
      expect(wanted(Chromium, `/stream/a?${query}`)).toBe('stream');
    },
  );

  it('is none for a client that prefers one of the types that a stream may have', () => {
    expect(wanted('text/html;q=0.9, image/png', '/stream/a')).toBeUndefined();
    expect(wanted('text/html;q=0.9, image/png', '/stream')).toBe('list');
    expect(wanted('text/html;q=0.9, application/json', '/stream')).toBeUndefined();
    expect(wanted('text/html, application/json', '/stream')).toBe('list');
  });
});
