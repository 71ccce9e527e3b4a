import { RawConnection } from '../faults/raw-connection';
import { type Answer, request } from '../support/http';
import { DurableStream, producer, TEXT } from './durable-requests';
import { withLoom } from './with-loom';

const errorOf = ({ status, text }: Answer): [number, string, string] => {
  const { code, error } = JSON.parse(text);
  return [status, code, error];
};

describe('the sentences of errors', () => {
  const { url } = withLoom({
    store: 'memory:',
    config: 'limits: {bytesPerStream: 1KiB, producersPerStream: 2}',
  });
  const created = async (id: string): Promise<DurableStream> => {
    const stream = new DurableStream(url(`/v1/stream/${id}`));
    await stream.create(TEXT);
    return stream;
  };

  it('the error of a full stream names the size that a stream may have', async () => {
    const stream = await created('large');
    const expected = [413, 'stream_too_large', expect.stringContaining('The stream may hold 1024 bytes')];
    expect(errorOf(await stream.append('x'.repeat(1025), TEXT))).toEqual(expected);
    const whole = new DurableStream(url('/v1/stream/whole'));
    expect(errorOf(await whole.create(TEXT, 'x'.repeat(1025)))).toEqual(expected);
  });

  it.each(['GET', 'POST', 'PATCH'])(
    'the error of %s for an id with a slash says how it is written',
    async (method) => {
      expect(errorOf(await request(url('/stream/a/b%20c/d'), { method }))).toEqual([
        404,
        'route_not_found',
        'There is nothing at /stream/a/b%20c/d: a / within an ID is written %2F, as in /stream/a%2Fb%20c%2Fd',
      ]);
    },
  );

  it('the error of one producer too many names how many a stream remembers', async () => {
    const stream = await created('many');
    for (const id of ['a', 'b']) await stream.append('x', { ...TEXT, ...producer(id, 0, 0) });
    expect(errorOf(await stream.append('x', { ...TEXT, ...producer('c', 0, 0) }))).toEqual([
      429,
      'too_many_producers',
      expect.stringContaining('remembers 2 producers'),
    ]);
  });

  it('the error of a repeated header names it as it is written', async () => {
    const stream = await created('twice');
    const { host, port, pathname } = new URL(stream.url);
    const connection = await RawConnection.open(Number(port));
    const head = `POST ${pathname} HTTP/1.1\r\nHost: ${host}\r\nContent-Type: text/plain\r\nContent-Length: 0\r\n`;
    connection.send(`${head}Stream-Seq: 1\r\nStream-Seq: 2\r\nConnection: close\r\n\r\n`);
    expect(await connection.whole()).toContain('"Stream-Seq is given more than once"');
  });

  it('the error of a repeated parameter names it', async () => {
    const stream = await created('live');
    const answer = await stream.read('?offset=-1&live=sse&live=long-poll');
    expect(errorOf(answer)).toEqual([400, 'parameter_invalid', 'live is given more than once']);
  });

  it.each([
    ['/channels/%ff', 'namespace'],
    ['/channels/a/%ff', 'channel'],
    ['/stream/%ff', 'stream ID'],
  ])('the error of a malformed path names the malformed part: %s', async (path, name) => {
    expect(errorOf(await request(url(path)))).toEqual([
      400,
      'id_invalid',
      `The ${name} in the URL has a malformed percent escape`,
    ]);
  });
});

describe('the Location of a stream', () => {
  const { url } = withLoom({ store: 'memory:' });

  it.each([
    ['https', 'https'],
    ['HTTPS , http', 'https'],
    ['http, https', 'http'],
    ['httpsx', 'http'],
  ])('Location has the scheme of the first X-Forwarded-Proto: %s', async (forwarded, scheme) => {
    const stream = new DurableStream(url(`/v1/stream/${forwarded.replaceAll(/\W/g, '-')}`));
    const { headers } = await stream.create({ ...TEXT, 'X-Forwarded-Proto': forwarded });
    expect(headers.location).toMatch(new RegExp(`^${scheme}://`));
  });
});
