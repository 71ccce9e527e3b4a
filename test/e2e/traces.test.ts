import { eventually } from '../faults/eventually';
import { request } from '../support/http';
import { onEachStore } from './on-each-store';
import { withLoom } from './with-loom';

const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';
const OTHER = '00-11111111111111111111111111111111-2222222222222222-00';
const TEXT = { 'Content-Type': 'text/plain' };

onEachStore('traceparent', ({ url, freshId }) => {
  const infoOf = async (id: string): Promise<Record<string, unknown>> =>
    JSON.parse((await request(url(`/stream/${id}/info`))).text);

  it('the info of a stream has that of the request which created it, and not that of a later one', async () => {
    const id = freshId();
    const headers = { traceparent: TRACEPARENT, 'Upload-Complete': '?0' };
    await request(url(`/stream/${id}`), { method: 'POST', headers, body: 'abc' });
    expect(await infoOf(id)).toMatchObject({ id, traceparent: TRACEPARENT });
    const resumed = {
      traceparent: OTHER,
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': '3',
      'Upload-Complete': '?1',
    };
    await request(url(`/stream/${id}`), { method: 'PATCH', headers: resumed, body: 'def' });
    expect(await infoOf(id)).toMatchObject({ bytes: 6, state: 'closed', traceparent: TRACEPARENT });
  });

  it('a stream that is created at /v1/stream has it, too', async () => {
    const id = freshId();
    const headers = { ...TEXT, traceparent: TRACEPARENT };
    await request(url(`/v1/stream/${id}`), { method: 'PUT', headers });
    expect(await infoOf(id)).toMatchObject({ traceparent: TRACEPARENT });
  });

  it('a malformed one is ignored', async () => {
    const id = freshId();
    const headers = { traceparent: `${TRACEPARENT}-<script>` };
    expect((await request(url(`/stream/${id}`), { method: 'POST', headers, body: 'x' })).status).toBe(201);
    expect(await infoOf(id)).not.toHaveProperty('traceparent');
  });
});

describe('what is known of a request', () => {
  const loom = withLoom({ store: 'file:' });
  const lineOf = async (requestId: string): Promise<Record<string, unknown>> => {
    const find = (): string | undefined =>
      loom
        .output()
        .split('\n')
        .find((line) => line.includes(`"requestId":"${requestId}"`));
    await eventually(`the request ${requestId} is logged`, () => find() !== undefined);
    return JSON.parse(find() ?? '');
  };

  it('its traceparent is in its line of the log', async () => {
    const headers = { traceparent: TRACEPARENT, 'X-Request-Id': 'traced.1' };
    await request(loom.url('/healthz'), { headers });
    expect(await lineOf('traced.1')).toMatchObject({ path: '/healthz', traceparent: TRACEPARENT });
    await request(loom.url('/healthz'), { headers: { traceparent: 'x"y', 'X-Request-Id': 'traced.2' } });
    expect(await lineOf('traced.2')).not.toHaveProperty('traceparent');
  });

  it.each(['a', 'build-7:step.3_x', 'x'.repeat(64)])(
    'a well-formed X-Request-Id comes back and is in the log: %s',
    async (id) => {
      const answer = await request(loom.url('/healthz'), { headers: { 'X-Request-Id': id } });
      expect(answer.headers['x-request-id']).toBe(id);
      expect(await lineOf(id)).toMatchObject({ msg: 'request' });
    },
  );

  it.each(['x'.repeat(65), '<b>bold</b>', 'two words', 'a"b', '\u00e9'])(
    'a malformed X-Request-Id is replaced: %s',
    async (id) => {
      for (const path of ['/healthz', '/stream/none', '/v1/stream/none', '/nothing']) {
        const answer = await request(loom.url(path), { headers: { 'X-Request-Id': id } });
        expect(answer.headers['x-request-id']).toMatch(/^[\da-f]{10}-[\da-z]+$/);
        expect(answer.text).not.toContain(id);
      }
    },
  );
});
