import { BROWSERS } from '../../support/accept-html';
import { request } from '../../support/http';
import { withLoom } from '../with-loom';

describe('the Link of a new stream', () => {
  const loom = withLoom({ store: 'memory:' });

  it.each([
    ['POST', '/stream/a'],
    ['PUT', '/stream/build%2F7:%C3%A4'],
    ['POST', '/stream/b/'],
    ['POST', '/stream'],
    ['PUT', '/stream/'],
  ])('it leads from %s %s to the page', async (method, path) => {
    const made = await request(loom.url(path), { method, body: 'x' });
    expect(made.status).toBe(201);
    const [, target = ''] =
      /^<([^>]+)>; rel="alternate"; type="text\/html"$/.exec(String(made.headers.link)) ?? [];
    // Below any prefix, as no proxy rewrites it.
    const page = new URL(target, `https://example.com/any/prefix${path}`);
    expect(page.pathname).toBe(`/any/prefix${made.headers.location}`);
    const { status, headers } = await request(new URL(target, loom.url(path)).href, {
      headers: { Accept: BROWSERS.Firefox },
    });
    expect([status, headers['content-type']]).toEqual([200, 'text/html; charset=utf-8']);
  });

  it('a request that creates nothing has none', async () => {
    await request(loom.url('/stream/there'), { method: 'POST', body: 'x' });
    const again = await request(loom.url('/stream/there'), { method: 'POST', body: 'x' });
    expect([again.status, again.headers.link]).toEqual([409, undefined]);
  });
});
