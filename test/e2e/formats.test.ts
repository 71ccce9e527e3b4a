import { request } from '../support/http';
import { objectsIn } from './ndjson';
import { withLoom } from './with-loom';

const NDJSON = 'application/x-ndjson';
const EVENTS = 'text/event-stream';

describe('the formats of a stream', () => {
  const loom = withLoom({
    store: 'memory:',
    config:
      'tokens: [{token: reads, scopes: [consume]}, {token: writes, scopes: [produce]}]\nhttp: {allowOrigin: any}\n',
  });
  const as = (token: string, headers = {}): Record<string, string> => ({
    Authorization: `Bearer ${token}`,
    ...headers,
  });
  beforeAll(async () => {
    const types = { text: 'text/plain', ndjson: NDJSON };
    for (const [id, type] of Object.entries(types))
      await request(loom.url(`/stream/${id}`), {
        method: 'POST',
        body: '{}\n',
        headers: as('writes', { 'Content-Type': type }),
      });
  });
  const typeOf = async (path: string, accept: string | undefined): Promise<string | undefined> => {
    const headers = as('reads', accept === undefined ? {} : { Accept: accept });
    return (await request(loom.url(path), { headers })).headers['content-type'];
  };

  it.each([
    [undefined, 'text/plain'],
    ['*/*', 'text/plain'],
    ['application/*', 'text/plain'],
    ['application/json', 'text/plain'],
    [NDJSON, NDJSON],
    [`${NDJSON};q=0`, 'text/plain'],
    [`${NDJSON};q=0, */*`, 'text/plain'],
    [`${NDJSON};q=0.5, */*`, 'text/plain'],
    [`${NDJSON};q=0.5, */*;q=0.1`, NDJSON],
    [`${NDJSON}, ${EVENTS}`, `${EVENTS}; charset=utf-8`],
    [`${NDJSON}, ${EVENTS};q=0.9`, NDJSON],
    [`${NDJSON};q=0.8, ${EVENTS};q=0.9, text/plain;q=0.5`, `${EVENTS}; charset=utf-8`],
    [`${NDJSON};q=0.8, ${EVENTS};q=0.9, text/plain`, 'text/plain'],
  ])('are chosen by Accept: %s', async (accept, type) => {
    expect(await typeOf('/stream/text', accept)).toBe(type);
  });

  it('have no events with notail', async () => {
    expect(await typeOf('/stream/text?notail', `${EVENTS}, ${NDJSON};q=0.1`)).toBe(NDJSON);
    expect(await typeOf('/stream/text?notail', EVENTS)).toBe('text/plain');
  });

  it('have the objects of lines for a client that names NDJSON, also of a stream of that type', async () => {
    const answer = await request(loom.url('/stream/ndjson'), { headers: as('reads', { Accept: NDJSON }) });
    expect(objectsIn(answer)[0]).toMatchObject({ line: 1, text: '{}' });
    expect((await request(loom.url('/stream/ndjson'), { headers: as('reads') })).text).toBe('{}\n');
  });

  it.each([
    ['NDJSON', '', { Accept: NDJSON }],
    ['timestamps', '?timestamps', {}],
  ])('need a token that may read: %s', async (_format, query, headers) => {
    const url = loom.url(`/stream/text${query}`);
    expect((await request(url, { headers })).status).toBe(401);
    expect((await request(url, { headers: as('writes', headers) })).status).toBe(403);
    const page = await request(url, { headers: as('reads', { ...headers, Origin: 'https://a.example' }) });
    expect(page.headers['access-control-allow-origin']).toBe('*');
    expect(page.headers['access-control-expose-headers']).toContain('X-Stream-Line');
    expect(page.headers['x-content-type-options']).toBe('nosniff');
  });

  it.each([
    ['NDJSON', '', { Accept: NDJSON }],
    ['timestamps', '?timestamps', {}],
  ])('refuse an unknown stream and a start beyond the end: %s', async (_format, query, headers) => {
    const ask = (path: string) => request(loom.url(path), { headers: as('reads', headers) });
    expect((await ask(`/stream/none${query}`)).status).toBe(404);
    expect((await ask(`/stream/text${query === '' ? '?' : `${query}&`}line=9`)).status).toBe(416);
  });
});
