import { withLoom } from '../e2e/with-loom';
import { Call, type CallOptions } from './call';
import { ownUrl } from './deployments';

const NOT_ON_THE_MAIN_PORT = [
  'Set-Cookie',
  'set-cookie',
  'Set-Cookie2',
  'Clear-Site-Data',
  'Service-Worker-Allowed',
  'Access-Control-Allow-Origin',
  'Access-Control-Allow-Credentials',
  'Content-Security-Policy',
  'Content-Security-Policy-Report-Only',
  'Cross-Origin-Resource-Policy',
  'Cross-Origin-Opener-Policy',
  'X-Content-Type-Options',
  'X-Frame-Options',
  'Strict-Transport-Security',
  'Referrer-Policy',
  'Permissions-Policy',
  'Secure-Session-Registration',
  'Secure-Session-Challenge',
  'Refresh',
  'Report-To',
  'Reporting-Endpoints',
  'NEL',
  'Alt-Svc',
  'SourceMap',
  'WWW-Authenticate',
  'X-Accel-Redirect',
  'X-Sendfile',
  'X-Sendfile2',
  'X-Send-File',
  'X-LIGHTTPD-send-tempfile',
  'X-LiteSpeed-Location',
  'Shared-Storage-Write',
  'Private-State-Token-Lifetime',
  'Ad-Auction-Allowed',
  'Observe-Browsing-Topics',
  // One that does not exist yet.
  'Some-New-Policy-Report-Only',
];

const CONTAINED = {
  'x-content-type-options': 'nosniff',
  'content-security-policy': "sandbox; default-src 'none'",
  'cross-origin-resource-policy': 'same-origin',
};

describe('untrusted content in a relay', () => {
  const loom = withLoom({ store: 'memory:', config: 'listeners: [{serve: rendezvous, port: 0}]' });
  const main = (): string => loom.url('/rendezvous');
  const own = (): string => ownUrl(loom.process());
  const call = (path: string, options: CallOptions = {}): Call => new Call(loom.url(path), options);
  const create = (base: string, fields: object): Call =>
    new Call(`${base}/stream`, { method: 'POST', body: JSON.stringify(fields) });
  const created = async (base: string, fields: object): Promise<string> =>
    `/stream/${JSON.parse((await create(base, fields).answer()).text).stream}`;
  /** The heads of both sides. */
  const exchange = async (base: string, path: string) => {
    const receiver = new Call(base + path);
    const sender = new Call(base + path, { method: 'PUT', body: '<script>1</script>' });
    return [(await receiver.answer()).headers, (await sender.answer()).headers] as const;
  };

  it.each(NOT_ON_THE_MAIN_PORT)('the header %s is refused on the main port', async (name) => {
    for (const what of ['download_headers', 'upload_headers']) {
      const refused = await create(main(), { [what]: { [name]: 'x', 'X-Fine': 'y' } }).answer();
      expect(refused.status).toBe(400);
      expect(JSON.parse(refused.text)).toEqual({
        name: 'InvalidBodyError',
        message: expect.stringMatching(new RegExp(`The header ${name} .*\\(the setting listeners\\)`)),
      });
    }
  });

  it.each(NOT_ON_THE_MAIN_PORT)(
    "the header %s is sent on a relay's own port, and nowhere else",
    async (name) => {
      const fields = { download_headers: { [name]: 'x=1' }, upload_headers: { [name]: 'x=1' } };
      for (const headers of await exchange(own(), await created(own(), fields)))
        expect(String(headers[name.toLowerCase()])).toBe('x=1');
      for (const headers of await exchange(main(), await created(own(), fields)))
        expect(String(headers[name.toLowerCase()])).not.toBe('x=1');
    },
  );

  it('every other header is sent on the main port', async () => {
    const download = {
      'Content-Type': 'text/html',
      'Content-Disposition': 'attachment; filename="a.html"',
      'Cache-Control': 'no-store',
      'X-Custom': 'c',
      'X-Content-Location': '/here',
      Settings: 's',
      Link: '<https://a.example>; rel=next',
    };
    const path = await created(main(), {
      download_headers: download,
      upload_headers: { Location: 'http://a.example' },
    });
    const [received, sent] = await exchange(main(), path);
    for (const [name, value] of Object.entries(download)) expect(received[name.toLowerCase()]).toBe(value);
    expect(sent.location).toBe('http://a.example');
    expect(received).toMatchObject(CONTAINED);
    expect(sent).toMatchObject(CONTAINED);
  });

  it("answers on a relay's own port have the sandbox headers", async () => {
    const [received] = await exchange(
      own(),
      await created(own(), { download_headers: { 'Content-Type': 'text/html' } }),
    );
    expect(received).toMatchObject(CONTAINED);
  });

  it('answers of httpipe and cama have the sandbox headers', async () => {
    const options = { method: 'POST', headers: { 'Content-Type': 'text/html' }, body: '<script>1</script>' };
    const consumer = call('/channels/v1/page');
    const producer = call('/channels/v1/page', options);
    const session = (await call('/cama/session', { method: 'PUT', body: '' }).answer()).headers;
    const Cookie = String(session['set-cookie']?.[0]).split(';', 1)[0] ?? '';
    const host = call(String(session.location), { headers: { Cookie } });
    const guest = call(String(session.location), options);
    for (const one of [consumer, host]) {
      const answer = await one.answer();
      expect([answer.status, answer.headers['content-type']]).toEqual([200, 'text/html']);
      expect(answer.headers).toMatchObject(CONTAINED);
    }
    for (const one of [producer, guest]) expect(await one.headers()).toMatchObject(CONTAINED);
  });

  it('reported errors and unknown paths have the sandbox headers', async () => {
    const path = await created(main(), {});
    const report = { http_status: 200, name: '<script>1</script>', message: '<script>2</script>' };
    await new Call(`${main()}${path}/error`, { method: 'POST', body: JSON.stringify(report) }).answer();
    const answer = await new Call(main() + path).answer();
    expect([answer.status, answer.headers['content-type']]).toEqual([200, 'application/json']);
    expect(answer.headers).toMatchObject(CONTAINED);
    for (const unknown of ['/rendezvous/<script>', '/channels', '/cama/<script>', '/packets/<script>'])
      expect((await call(unknown).answer()).headers).toMatchObject(CONTAINED);
  });

  it('the cookie of a cama host is HttpOnly, SameSite=Strict, and Secure behind TLS', async () => {
    const cookie = async (headers: Readonly<Record<string, string>>): Promise<string> => {
      const answer = await call('/cama/session', { method: 'PUT', body: '', headers }).answer();
      return String(answer.headers['set-cookie']?.[0]);
    };
    expect(await cookie({})).toMatch(/; HttpOnly; SameSite=Strict$/);
    expect(await cookie({ 'X-Forwarded-Proto': 'https' })).toMatch(/; HttpOnly; SameSite=Strict; Secure$/);
    expect(await cookie({ 'X-Forwarded-Proto': 'https, http' })).toMatch(/; Secure$/);
    expect(await cookie({ 'X-Forwarded-Proto': 'http' })).not.toContain('Secure');
    const gone = await call('/cama/session/unknown').answer();
    expect(gone.headers['set-cookie']?.[0]).toMatch(/^token=""; .*1970.*; HttpOnly; SameSite=Strict$/);
  });
});
