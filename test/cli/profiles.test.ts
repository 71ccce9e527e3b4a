import { chmod, mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { UnrulyServer } from '../client/unruly-server';
import { type Finished, stream } from './stream-process';

let server: UnrulyServer;
let other: UnrulyServer;
let config: string;
const path = (): string => join(config, 'loom/cli.yaml');

beforeEach(async () => {
  [server, other] = [new UnrulyServer(), new UnrulyServer()];
  await server.start();
  await other.start();
  config = await mkdtemp(join(tmpdir(), 'loom-profiles-'));
  await mkdir(join(config, 'loom'));
});

afterEach(async () => {
  await server.stop();
  await other.stop();
  await rm(config, { recursive: true });
});

async function write(text: string): Promise<void> {
  await writeFile(path(), text, { mode: 0o600 });
}

const run = (args: string[], env: Record<string, string> = {}): Promise<Finished> =>
  stream(args, { input: 'x\n', env: { XDG_CONFIG_HOME: config, ...env } });
const tokens = (one: UnrulyServer): (string | undefined)[] => [
  ...new Set(one.requests('POST').map(({ headers }) => headers.authorization)),
];

const profiles = (): string => `
default: work
profiles:
  work:
    url: ${server.url}
    token: work-token
    defaults: {content-type: application/x-work, tail: 5, no-follow: true}
  local:
    url: ${other.url}
`;

it('the default profile has the server, its token, and the options of those verbs that have them', async () => {
  await write(profiles());
  expect(await run(['send', 'a'])).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(tokens(server)).toEqual(['Bearer work-token']);
  expect(server.requests('POST')[0]?.headers['content-type']).toBe('application/x-work');
  expect((await run(['send', '--content-type', 'text/html', 'b'])).code).toBe(0);
  expect(server.requests('POST')[1]?.headers['content-type']).toBe('text/html');
});

it.each([
  ['--profile is before LOOM_URL', ['--profile', 'local'], () => ({ LOOM_URL: server.url }), 'other'],
  ['LOOM_PROFILE is before the default', [], () => ({ LOOM_PROFILE: 'local' }), 'other'],
  ['--profile is before LOOM_PROFILE', ['--profile', 'work'], () => ({ LOOM_PROFILE: 'local' }), 'server'],
  ['LOOM_URL is before LOOM_PROFILE', [], () => ({ LOOM_URL: server.url, LOOM_PROFILE: 'local' }), 'server'],
] as const)('%s', async (_what, args, env, wanted) => {
  await write(profiles());
  expect((await run(['send', ...args, 'a'], env())).code).toBe(0);
  expect((wanted === 'other' ? other : server).streams.size).toBe(1);
});

it('the token of a profile is not sent to another server', async () => {
  await write(profiles());
  expect((await run(['send', other.url, 'a'])).code).toBe(0);
  expect((await run(['send', '--profile', 'work', other.url, 'b'])).code).toBe(0);
  expect(tokens(other)).toEqual([undefined]);
});

it('LOOM_TOKEN is before the token of the default profile, and after that of a named one', async () => {
  await write(profiles());
  await run(['send', 'a'], { LOOM_TOKEN: 'mine' });
  await run(['send', '--profile', 'work', 'b'], { LOOM_TOKEN: 'mine' });
  expect(tokens(server)).toEqual(['Bearer mine', 'Bearer work-token']);
});

it('a file with a token that others can read is warned about', async () => {
  await write(profiles());
  await chmod(path(), 0o644);
  const { code, stderr } = await run(['send', 'a']);
  expect([code, stderr]).toEqual([
    0,
    `stream: others can read ${path()}, which has a token: chmod 600 ${path()}\n`,
  ]);
});

it.each([
  [
    'default: wrk\nprofiles: {work: {url: "http://127.0.0.1:1"}}',
    'there is no profile "wrk" in',
    'did you mean work?',
  ],
  ['profiles: [a]', 'profiles in', 'must be names'],
  ['profile: {}', 'has the key "profile"', ''],
  ['default: a\nprofiles: {a: {uri: x}}', 'has the key "uri"', ''],
  ['default: a\nprofiles: {a: {url: ftp://x}}', 'the url of the profile "a"', ''],
  ['default: a\nprofiles: {a: {token: secret-value}}', 'has a token, but no url', ''],
  ['default: a\nprofiles: {a: {defaults: {give-up-aftr: 5m}}}', 'did you mean give-up-after?', ''],
  ['default: a\nprofiles: {a: {defaults: {force: true}}}', '--force cannot be a default', ''],
  ['default: a\nprofiles: {a: {defaults: {give-up-after: true}}}', 'must be a text or a number', ''],
  ['default: a\n  token: secret-value: [', 'is not YAML', ''],
])('%j is refused with a sentence that shows no token', async (text, one, two) => {
  await write(text);
  const { code, stderr } = await run(['send', server.url, 'a']);
  expect([code, server.streams.size]).toEqual([2, 0]);
  expect(stderr).toContain(one);
  expect(stderr).toContain(two);
  expect(stderr).not.toContain('secret-value');
  expect((await run(['send', '--help'])).code).toBe(0);
});

it('an unknown profile is refused without a file, too', async () => {
  const { code, stderr } = await run(['send', '--profile', 'work', 'a']);
  expect([code, stderr]).toEqual([
    2,
    expect.stringContaining(`there is no profile "work" in ${path()}: there are none`),
  ]);
});
