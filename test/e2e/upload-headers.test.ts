import { request } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('upload headers', ({ url, freshId }) => {
  const begin = async (headers: Record<string, string>, body: string): Promise<string> => {
    const id = freshId();
    expect((await request(url(`/stream/${id}`), { method: 'POST', headers, body })).status).toBe(201);
    return id;
  };
  const patch = (id: string, headers: Record<string, string>, body: string) =>
    request(url(`/stream/${id}`), {
      method: 'PATCH',
      headers: { 'Content-Type': 'application/partial-upload', 'Upload-Offset': '1', ...headers },
      body,
    });
  const head = async (id: string) => (await request(url(`/stream/${id}`), { method: 'HEAD' })).headers;

  it('upload headers may have parameters', async () => {
    const id = await begin(
      { 'Upload-Complete': '?0;a=b', 'Upload-Length': '2;a', 'Upload-Offset': '0;a' },
      'a',
    );
    const last = await patch(id, { 'Upload-Offset': '1;a=?1', 'Upload-Complete': '?1; a=1.5' }, 'b');
    expect(last.status).toBe(204);
    expect(await head(id)).toMatchObject({ 'upload-length': '2', 'upload-complete': '?1' });
  });

  it('an upload of an early draft stays open while Upload-Incomplete is ?1', async () => {
    const version = { 'Upload-Draft-Interop-Version': '3' };
    const id = await begin({ ...version, 'Upload-Incomplete': '?1' }, 'a');
    expect(await head(id)).toMatchObject({ 'upload-complete': '?0', 'x-stream-state': 'open' });
    expect((await patch(id, { ...version, 'Upload-Incomplete': '?0' }, 'b')).status).toBe(204);
    expect(await head(id)).toMatchObject({ 'upload-offset': '2', 'upload-complete': '?1' });
  });

  it.each(['POST', 'PUT'])(
    '%s with an Upload-Offset other than 0 is refused and creates no stream',
    async (method) => {
      const id = freshId();
      const headers = { 'Upload-Offset': '3', 'Upload-Complete': '?1' };
      const refused = await request(url(`/stream/${id}`), { method, headers, body: 'def' });
      expect([refused.status, JSON.parse(refused.text).code]).toEqual([400, 'header_invalid']);
      expect((await request(url(`/stream/${id}`))).status).toBe(404);
    },
  );
});
