import { request } from '../support/http';
import { withLoom } from './with-loom';

describe('a parameter', () => {
  const { url } = withLoom({ store: 'memory:' });
  beforeAll(() => request(url('/stream/build-7'), { method: 'POST', body: 'one\ntwo\n' }));

  it.each([
    ['/stream/build-7', 'linse=10', 'offset, line, tail, since, length, lines, until'],
    ['/stream/build-7', 'limit=10', 'notail'],
    ['/stream/build-7/info', 'tail=10', 'there are none here'],
    ['/stream', 'tail=10', 'limit, cursor, prefix, state'],
    ['/stream', 'Prefix=build', 'prefix'],
    ['/spy', 'colour', 'color, prefix, from'],
  ])('of %s that is unknown (%s) is refused with those that are allowed', async (path, query, allowed) => {
    const [name = ''] = query.split('=', 1);
    for (const method of ['GET', 'HEAD']) {
      const answer = await request(url(`${path}?${query}`), { method });
      expect(answer.status).toBe(400);
      if (method === 'HEAD') continue;
      expect(JSON.parse(answer.text)).toEqual({
        error: expect.stringMatching(`There is no parameter "${name}" .*${allowed}`),
        code: 'parameter_invalid',
      });
    }
  });

  it.each(['/stream/build-7', '/stream/build-7/info', '/stream'])(
    'of %s that is a token or begins with an underscore is let through',
    async (path) => {
      expect((await request(url(`${path}?access_token=x&_=1764396193`))).status).toBe(200);
    },
  );

  it('whose value is out of range is refused with its name, its value and what is allowed', async () => {
    const answer = await request(url('/stream/build-7?line=0'));
    expect(answer.status).toBe(400);
    expect(JSON.parse(answer.text).error).toBe(
      'line must be a plain decimal number, 1 to 9007199254740991, not "0"',
    );
  });

  it('is refused before the stream is looked for, but not before the token', async () => {
    expect((await request(url('/stream/nothing?line=0'))).status).toBe(400);
    expect((await request(url('/stream/nothing?line=1'))).status).toBe(404);
  });
});
