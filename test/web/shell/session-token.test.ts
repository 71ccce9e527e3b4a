import { SessionToken, tokenOfAddress } from '../../../web/shell/session-token';

describe('the token of a tab', () => {
  it('two refused requests ask a person once', async () => {
    const asked: boolean[] = [];
    const token = sessionToken(async (isRefused) => {
      asked.push(isRefused);
      return 'secret';
    });
    const answers = await Promise.all([token.renewed(undefined), token.renewed(undefined)]);
    expect(answers).toEqual(['secret', 'secret']);
    expect(asked).toEqual([false]);
  });

  it('a request that used an older token gets the newer one without a question', async () => {
    const token = sessionToken(() => Promise.reject(new Error('asked')));
    token.set('new');
    expect(await token.renewed('old')).toBe('new');
  });

  it('a refused token is said to be refused', async () => {
    const asked: boolean[] = [];
    const token = sessionToken(async (isRefused) => {
      asked.push(isRefused);
      return undefined;
    });
    token.set('wrong');
    expect(await token.renewed('wrong')).toBeUndefined();
    expect(asked).toEqual([true]);
  });

  it('a person who gave up is asked again only if they want to be, and then as often as needed', async () => {
    const answers = [undefined, undefined, 'wrong', 'right'];
    let asked = 0;
    const token = sessionToken(async () => answers[asked++]);
    expect(await token.renewed(undefined)).toBeUndefined();
    expect([await token.renewed(undefined), asked]).toEqual([undefined, 1]);
    expect([await token.change(), asked]).toEqual([undefined, 2]);
    expect([await token.renewed(undefined), asked]).toEqual([undefined, 2]);
    expect([await token.change(), asked]).toEqual(['wrong', 3]);
    expect([await token.renewed('wrong'), asked]).toEqual(['right', 4]);
  });
});

describe('the token of a shared link', () => {
  it.each([
    ['/', undefined, '/'],
    ['/#L120', undefined, '/#L120'],
    ['/stream/a#token=a%20b', 'a b', '/stream/a'],
    ['/stream/a?q=x#L120-L140&token=abc', 'abc', '/stream/a?q=x#L120-L140'],
    ['/#token=abc&O4711', 'abc', '/#O4711'],
    ['/#token=%', '%', '/'],
    ['/#token=', '', '/'],
    ['/stream/a?access_token=abc', 'abc', '/stream/a'],
    ['/stream/a?q=x&access_token=abc&t=utc#L3', 'abc', '/stream/a?q=x&t=utc#L3'],
    ['/?access_token=old#token=new', 'new', '/'],
  ])('%j has the token %j and leaves %j', (address, token, rest) => {
    expect(tokenOfAddress(new URL(address, 'http://loom.test'))).toEqual({ token, rest });
  });
});

function sessionToken(ask: (isRefused: boolean) => Promise<string | undefined>): SessionToken {
  const kept = new Map<string, string>();
  return new SessionToken(
    { getItem: (key) => kept.get(key) ?? null, setItem: (key, value) => void kept.set(key, value) },
    ask,
  );
}
