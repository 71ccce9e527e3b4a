import { once } from 'node:events';
import { type ClientRequest, type IncomingMessage, request as open } from 'node:http';
import { eventually } from '../faults/eventually';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

const PARTIAL = 'application/partial-upload';

onEachStore('resumable uploads', ({ url, freshId }) => {
  const begin = async (headers: Record<string, string>, body = ''): Promise<string> => {
    const id = freshId();
    const made = await request(url(`/stream/${id}`), { method: 'POST', headers, body });
    expect(made.status).toBe(201);
    return id;
  };
  const patch = (id: string, offset: number, headers: Record<string, string>, body = '') =>
    request(url(`/stream/${id}`), {
      method: 'PATCH',
      headers: { 'Content-Type': PARTIAL, 'Upload-Offset': String(offset), ...headers },
      body,
    });
  const head = async (id: string) => (await request(url(`/stream/${id}`), { method: 'HEAD' })).headers;

  const hasStored = (id: string, offset: string) =>
    eventually(`${offset} bytes are stored`, async () => (await head(id))['upload-offset'] === offset);

  it('a 104 with the Location comes before the body of an upload', async () => {
    const id = freshId();
    const upload = start(url(`/stream/${id}`), {
      'Upload-Complete': '?1',
      'Upload-Draft-Interop-Version': '6',
    });
    const [interim] = await once(upload, 'information');
    expect(interim).toMatchObject({
      statusCode: 104,
      statusMessage: 'Upload Resumption Supported',
      headers: {
        location: `/stream/${id}`,
        'upload-draft-interop-version': '6',
        'upload-limit': expect.stringMatching(/^max-size=\d+$/),
      },
    });
    upload.write('one ');
    upload.end('two');
    const [answer]: IncomingMessage[] = await once(upload, 'response');
    answer?.resume();
    expect(answer?.statusCode).toBe(201);
    expect(answer?.headers).toMatchObject({
      location: `/stream/${id}`,
      'upload-offset': '7',
      'upload-complete': '?1',
    });
    expect((await request(url(`/stream/${id}`))).text).toBe('one two');
  });

  it('an upload that broke off after the 104 is resumed at its Location', async () => {
    const headers = { 'Upload-Complete': '?1', 'Upload-Length': '6', 'Upload-Draft-Interop-Version': '6' };
    const upload = start(url('/stream'), headers);
    const [{ headers: interim }] = await once(upload, 'information');
    const id = decodeURIComponent(interim.location.slice('/stream/'.length));
    await new Promise<void>((resolve) => upload.write('abc', () => resolve()));
    await hasStored(id, '3');
    upload.destroy();
    expect(await head(id)).toMatchObject({ 'upload-length': '6', 'upload-complete': '?0' });
    expect((await patch(id, 3, { 'Upload-Complete': '?1' }, 'def')).status).toBe(204);
    expect((await request(url(`/stream/${id}`))).text).toBe('abcdef');
  });

  it.each([undefined, '', '4', '9', '5;', 'x'])(
    'a client whose version is %j gets no 104',
    async (version) => {
      const headers = version === undefined ? {} : { 'Upload-Draft-Interop-Version': version };
      const upload = start(url(`/stream/${freshId()}`), { 'Upload-Complete': '?1', ...headers });
      const interim: unknown[] = [];
      upload.on('information', (one) => interim.push(one));
      const [answer]: IncomingMessage[] = await once(upload, 'response');
      answer?.resume();
      upload.end('x');
      expect([answer?.statusCode, interim]).toEqual([201, []]);
    },
  );

  it('a 104 has the version of the client, whose parameters are ignored', async () => {
    const headers = { 'Upload-Complete': '?1', 'Upload-Draft-Interop-Version': '5; a="b;c";d' };
    const upload = start(url(`/stream/${freshId()}`), headers);
    const versions: unknown[] = [];
    upload.on('information', (one) => versions.push(one.headers['upload-draft-interop-version']));
    upload.end('x');
    const [answer]: IncomingMessage[] = await once(upload, 'response');
    answer?.resume();
    expect(versions).toEqual(['5']);
  });

  describe('the length of an upload', () => {
    it('Upload-Length of the POST sets the length', async () => {
      const id = await begin({ 'Upload-Complete': '?0', 'Upload-Length': '5' });
      expect(await head(id)).toMatchObject({ 'upload-offset': '0', 'upload-length': '5' });
    });

    it('Upload-Length of a PATCH sets the length', async () => {
      const id = await begin({ 'Upload-Complete': '?0' }, 'ab');
      expect((await head(id))['upload-length']).toBeUndefined();
      await patch(id, 2, { 'Upload-Complete': '?0', 'Upload-Length': '5' });
      expect((await head(id))['upload-length']).toBe('5');
    });

    it('the Content-Length of the last body sets the length while the body is still coming', async () => {
      const id = await begin({ 'Upload-Complete': '?0' }, 'ab');
      const last = start(
        url(`/stream/${id}`),
        { 'Upload-Complete': '?1', 'Upload-Offset': '2', 'Content-Type': PARTIAL, 'Content-Length': '3' },
        'PATCH',
      );
      last.write('c');
      await hasStored(id, '3');
      expect((await head(id))['upload-length']).toBe('5');
      last.end('de');
      const [answer]: IncomingMessage[] = await once(last, 'response');
      expect(answer?.statusCode).toBe(204);
      answer?.resume();
    });

    it('a complete upload has a length', async () => {
      const id = await begin({}, 'abc');
      expect(await head(id)).toMatchObject({ 'upload-length': '3', 'upload-complete': '?1' });
    });
  });

  describe('an upload with a wrong length', () => {
    it.each([
      ['another Upload-Length', { 'Upload-Complete': '?0', 'Upload-Length': '6' }, 'c'],
      ['a longer last body', { 'Upload-Complete': '?1' }, 'cd'],
      ['a body beyond the length', { 'Upload-Complete': '?0' }, 'cdef'],
    ])('a PATCH with %s is refused and changes nothing', async (_what, headers, body) => {
      const id = await begin({ 'Upload-Complete': '?0', 'Upload-Length': '5' }, 'ab');
      const refused = await patch(id, 2, headers, body);
      expect([refused.status, JSON.parse(refused.text).code]).toEqual([400, 'upload_length_mismatch']);
      expect(await head(id)).toMatchObject({ 'upload-offset': '2', 'upload-complete': '?0' });
      expect((await patch(id, 2, { 'Upload-Complete': '?1' }, 'cde')).status).toBe(204);
      expect((await request(url(`/stream/${id}`))).text).toBe('abcde');
    });

    it.each([
      ['is too short', 'c', 3],
      ['is too long', 'cdefgh', 5],
    ])('a chunked body that %s is refused, and the stream is interrupted', async (_what, body, stored) => {
      const id = await begin({ 'Upload-Complete': '?0', 'Upload-Length': '5' }, 'ab');
      const last = start(
        url(`/stream/${id}`),
        { 'Upload-Complete': '?1', 'Upload-Offset': '2', 'Content-Type': PARTIAL },
        'PATCH',
      );
      last.end(body);
      const [answer]: IncomingMessage[] = await once(last, 'response');
      answer?.resume();
      expect([answer?.statusCode, answer?.headers['upload-offset']]).toEqual([400, String(stored)]);
      expect(await head(id)).toMatchObject({
        'upload-offset': String(stored),
        'x-stream-state': 'interrupted',
      });
    });

    it('a POST whose body disagrees with its Upload-Length is refused and creates no stream', async () => {
      const id = freshId();
      const headers = { 'Upload-Complete': '?1', 'Upload-Length': '5' };
      const refused = await request(url(`/stream/${id}`), { method: 'POST', headers, body: 'abc' });
      expect([refused.status, JSON.parse(refused.text).code]).toEqual([400, 'upload_length_mismatch']);
      expect((await request(url(`/stream/${id}`))).status).toBe(404);
    });

    it.each(['-1', '1.5', 'many', '1e3', '99999999999999999999'])(
      'an Upload-Length of %s is refused',
      async (length) => {
        const headers = { 'Upload-Complete': '?0', 'Upload-Length': length };
        const refused = await request(url(`/stream/${freshId()}`), { method: 'POST', headers });
        expect([refused.status, JSON.parse(refused.text).code]).toEqual([400, 'header_invalid']);
      },
    );
  });

  it('an upload is complete with its last byte, even if the connection breaks before the body ends', async () => {
    const id = await begin({ 'Upload-Complete': '?0', 'Upload-Length': '5' }, 'ab');
    const last = start(
      url(`/stream/${id}`),
      { 'Upload-Complete': '?1', 'Upload-Offset': '2', 'Content-Type': PARTIAL },
      'PATCH',
    );
    last.write('cde');
    await hasStored(id, '5');
    last.destroy();
    await eventually('the stream is not open', async () => (await head(id))['x-stream-state'] !== 'open');
    expect(await head(id)).toMatchObject({
      'upload-complete': '?1',
      'x-stream-state': 'closed; outcome=complete',
    });
  });

  it.each(['/stream', '/stream/', '/stream/some-id'])(
    'OPTIONS %s returns the media type and the limit of uploads',
    async (path) => {
      const answer = await request(url(path), { method: 'OPTIONS' });
      expect(answer.status).toBe(204);
      expect(answer.headers['accept-patch']).toBe(PARTIAL);
      expect(answer.headers).not.toHaveProperty('content-length');
      expect(answer.headers['upload-limit']).toMatch(/^max-size=\d+$/);
      expect(answer.headers.allow?.split(', ')).toEqual(expect.arrayContaining(['POST', 'PUT']));
    },
  );

  it('a PATCH of another type is refused with Accept-Patch', async () => {
    const id = await begin({ 'Upload-Complete': '?0' });
    const refused = await patch(id, 0, { 'Upload-Complete': '?0', 'Content-Type': 'text/plain' }, 'x');
    expect([refused.status, refused.headers['accept-patch']]).toEqual([415, PARTIAL]);
  });

  it('DELETE of the Location removes an upload', async () => {
    const id = await begin({ 'Upload-Complete': '?0' }, 'x');
    expect((await request(url(`/stream/${id}`), { method: 'DELETE' })).status).toBe(204);
    expect((await request(url(`/stream/${id}`), { method: 'HEAD' })).status).toBe(404);
  });
});

describe('resumable uploads beyond limits.bytesPerStream', () => {
  const { url } = withLoom({ store: 'memory:', config: 'limits: {bytesPerStream: 1KiB}' });

  it('an upload that is too long is refused with Upload-Limit before it begins', async () => {
    const headers = { 'Upload-Complete': '?0', 'Upload-Length': '1025' };
    const refused = await request(url('/stream/a'), { method: 'POST', headers });
    expect([refused.status, JSON.parse(refused.text).code]).toEqual([413, 'body_too_large']);
    expect(refused.headers['upload-limit']).toBe('max-size=1024');
    expect((await request(url('/stream/a'))).status).toBe(404);
  });
});

/** A request whose body is still to come. */
function start(url: string, headers: Record<string, string>, method = 'POST'): ClientRequest {
  const upload = open(url, { method, headers, agent: false });
  upload.on('error', () => {});
  upload.flushHeaders();
  return upload;
}
