import { type Answer, request } from '../support/http';
import { DurableStream, TEXT } from './durable-requests';
import { onEachStore } from './on-each-store';

type Headers = Readonly<Record<string, string>>;

const PATCH: Headers = { 'Content-Type': 'application/partial-upload', 'Upload-Offset': '4' };

const asError = ({ status, text }: Answer): [number, string] => [status, JSON.parse(text).code];
const FAILED = [412, 'precondition_failed'];

onEachStore('conditional requests', ({ url, freshId }) => {
  const call = (id: string, method: string, headers: Headers = {}, body = '', query = '') =>
    request(url(`/stream/${id}${query}`), { method, headers, ...(body !== '' && { body }) });
  const closed = async (): Promise<{ id: string; etag: string }> => {
    const id = freshId();
    await call(id, 'POST', {}, 'AAAA');
    return { id, etag: String((await call(id, 'HEAD')).headers.etag) };
  };
  const open = async (): Promise<string> => {
    const id = freshId();
    await call(id, 'POST', { 'Upload-Complete': '?0' }, 'AAAA');
    return id;
  };
  const content = async (id: string): Promise<string> => (await call(id, 'GET', {}, '', '?notail')).text;

  describe('a closed stream at /stream', () => {
    it('If-Match passes with the ETag of the stream, with a list that has it, and with *', async () => {
      const { id, etag } = await closed();
      for (const tag of [etag, `"x,y", ${etag}`, '*', ' * ']) {
        expect((await call(id, 'GET', { 'If-Match': tag })).text).toBe('AAAA');
        expect((await call(id, 'HEAD', { 'If-Match': tag })).status).toBe(200);
        expect((await call(id, 'GET', { 'If-Match': tag, Range: 'bytes=1-2' })).status).toBe(206);
      }
      expect((await call(id, 'DELETE', { 'If-Match': etag })).status).toBe(204);
    });

    it('If-Match with another or a weak ETag fails, and nothing is sent, replaced or deleted', async () => {
      const { id, etag } = await closed();
      for (const tag of ['"other"', `W/${etag}`, etag.replaceAll('"', ''), '']) {
        const headers = { 'If-Match': tag };
        expect(asError(await call(id, 'GET', headers))).toEqual(FAILED);
        expect(asError(await call(id, 'GET', { ...headers, Range: 'bytes=1-2' }))).toEqual(FAILED);
        expect((await call(id, 'HEAD', headers)).status).toBe(412);
        expect(asError(await call(id, 'DELETE', headers))).toEqual(FAILED);
        expect(asError(await call(id, 'PUT', headers, 'BBBB', '?force=true'))).toEqual(FAILED);
        expect(asError(await call(id, 'POST', headers, 'BBBB', '?force=true'))).toEqual(FAILED);
      }
      expect(await content(id)).toBe('AAAA');
    });

    it('If-Match is evaluated before If-None-Match', async () => {
      const { id, etag } = await closed();
      const both = { 'If-None-Match': etag, 'If-Match': '"other"' };
      expect(asError(await call(id, 'GET', both))).toEqual(FAILED);
      expect((await call(id, 'GET', { ...both, 'If-Match': etag })).status).toBe(304);
    });

    it('force=true with If-Match replaces only a stream that has the ETag', async () => {
      const { id, etag } = await closed();
      const replaced = await call(id, 'PUT', { 'If-Match': etag }, 'BBBB', '?force=true');
      expect([replaced.status, replaced.headers['x-stream-replaced']]).toEqual([201, 'true']);
      expect(asError(await call(id, 'PUT', { 'If-Match': etag }, 'CCCC', '?force=true'))).toEqual(FAILED);
      expect(asError(await call(id, 'PUT', { 'If-None-Match': '*' }, 'CCCC', '?force=true'))).toEqual(FAILED);
      expect(await content(id)).toBe('BBBB');
    });

    it('only one of several force=true requests with If-None-Match: * creates the stream', async () => {
      for (let round = 0; round < 10; round += 1) {
        const id = freshId();
        const answers = await Promise.all(
          ['A', 'B', 'C'].map((body) => call(id, 'POST', { 'If-None-Match': '*' }, body, '?force=true')),
        );
        expect(answers.map(({ status }) => status).sort()).toEqual([201, 412, 412]);
        expect(answers.map(({ headers }) => headers['x-stream-replaced'])).toEqual(Array(3).fill(undefined));
      }
    });

    it('a failed If-Match does not hide another reason for a refusal', async () => {
      const { id } = await closed();
      const headers = { 'If-Match': '"other"' };
      expect(asError(await call(id, 'PUT', headers, 'BBBB'))).toEqual([409, 'stream_exists']);
      expect(asError(await call(id, 'GET', headers, '', '?offset=5'))).toEqual([
        416,
        'range_not_satisfiable',
      ]);
      const patch = { ...headers, ...PATCH, 'Upload-Complete': '?1' };
      expect(asError(await call(id, 'PATCH', patch, 'BBBB'))).toEqual([409, 'stream_closed']);
    });

    it('If-Unmodified-Since is ignored, because streams have no modification date', async () => {
      const { id } = await closed();
      const headers = { 'If-Unmodified-Since': 'Thu, 01 Jan 1970 00:00:00 GMT' };
      expect((await call(id, 'GET', headers)).status).toBe(200);
      expect((await call(id, 'DELETE', headers)).status).toBe(204);
    });
  });

  it('an open stream at /stream passes If-Match only with *', async () => {
    const id = await open();
    const patch = { ...PATCH, 'Upload-Complete': '?0' };
    const some = { 'If-Match': '"some"' };
    expect(asError(await call(id, 'PATCH', { ...patch, ...some }, 'BBBB'))).toEqual(FAILED);
    expect(asError(await call(id, 'GET', some, '', '?notail'))).toEqual(FAILED);
    expect(asError(await call(id, 'GET', some))).toEqual(FAILED);
    expect(asError(await call(id, 'GET', { ...some, Accept: 'text/event-stream' }))).toEqual(FAILED);
    expect(asError(await call(id, 'DELETE', some))).toEqual(FAILED);
    expect(await content(id)).toBe('AAAA');
    expect((await call(id, 'PATCH', { ...patch, 'If-Match': '*' }, 'BBBB')).status).toBe(204);
    expect((await call(id, 'GET', { 'If-Match': '*' }, '', '?notail')).text).toBe('AAAABBBB');
    expect((await call(id, 'DELETE', { 'If-Match': '*' })).status).toBe(204);
  });

  it('a missing stream is created with If-None-Match: *, and never with If-Match', async () => {
    const id = freshId();
    const stream = new DurableStream(url(`/v1/stream/${id}`));
    for (const tag of ['*', '"some"']) {
      const headers = { 'If-Match': tag };
      expect(asError(await call(id, 'POST', headers, 'A'))).toEqual(FAILED);
      expect(asError(await call(id, 'PUT', headers, 'A', '?force=true'))).toEqual(FAILED);
      expect(asError(await stream.create({ ...TEXT, ...headers }))).toEqual(FAILED);
      expect(asError(await call(id, 'GET', headers))).toEqual([404, 'stream_not_found']);
      expect(asError(await call(id, 'DELETE', headers))).toEqual([404, 'stream_not_found']);
      expect(asError(await stream.remove(headers))).toEqual([404, 'stream_not_found']);
    }
    expect((await call(id, 'PUT', { 'If-None-Match': '*' }, 'A')).status).toBe(201);
  });

  describe('a stream at /v1/stream', () => {
    const create = async (): Promise<{ stream: DurableStream; etag: string }> => {
      const stream = new DurableStream(url(`/v1/stream/${freshId()}`));
      await stream.create(TEXT, 'AAAA');
      return { stream, etag: String((await stream.read()).headers.etag) };
    };

    it('If-Match passes with the ETag of a GET until the next append', async () => {
      const { stream, etag } = await create();
      const headers = { 'If-Match': etag };
      expect((await stream.read('', headers)).text).toBe('AAAA');
      expect((await stream.head(headers)).status).toBe(200);
      expect((await stream.create({ ...TEXT, ...headers })).status).toBe(200);
      expect((await stream.append('BBBB', { ...TEXT, ...headers })).status).toBe(204);
      expect(asError(await stream.append('CCCC', { ...TEXT, ...headers }))).toEqual(FAILED);
      expect(asError(await stream.read('', headers))).toEqual(FAILED);
      expect((await stream.head(headers)).status).toBe(412);
      expect(asError(await stream.create({ ...TEXT, ...headers }))).toEqual(FAILED);
      expect(asError(await stream.create({ ...TEXT, 'If-None-Match': '*' }))).toEqual(FAILED);
      expect(asError(await stream.close(headers))).toEqual(FAILED);
      expect(asError(await stream.remove(headers))).toEqual(FAILED);
      const present = await stream.read();
      expect(present.text).toBe('AAAABBBB');
      expect((await stream.remove({ 'If-Match': String(present.headers.etag) })).status).toBe(204);
    });

    it('If-Match of a GET is compared with the ETag of the requested chunk', async () => {
      const { stream } = await create();
      const rest = '?offset=0000000000000000_0000000000000002';
      const { etag } = (await stream.read(rest)).headers;
      expect((await stream.read(rest, { 'If-Match': String(etag) })).text).toBe('AA');
      expect(asError(await stream.read('', { 'If-Match': String(etag) }))).toEqual(FAILED);
    });

    it.each(['?offset=now', '?offset=now&live=long-poll', '?offset=-1&live=sse'])(
      'If-Match fails if the answer has no ETag: %s',
      async (query) => {
        const { stream, etag } = await create();
        expect(asError(await stream.read(query, { 'If-Match': etag }))).toEqual(FAILED);
      },
    );
  });
});
