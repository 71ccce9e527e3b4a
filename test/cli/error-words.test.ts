import { execFileSync } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createServer as createHttpServer, type RequestListener } from 'node:http';
import { createServer as createTlsServer } from 'node:https';
import type { AddressInfo, Server } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { LoomProcess } from '../support/loom-process';
import { type Finished, stream } from './stream-process';

let directory: string;
const servers: Server[] = [];
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'loom-error-words-'));
});
afterEach(async () => {
  for (const server of servers.splice(0)) server.close();
});
afterAll(() => rmSync(directory, { recursive: true }));

/** @returns the host and port of the server */
async function listen(server: Server): Promise<string> {
  servers.push(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return `127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** A server that gives every request the same answer. */
function answering(status: number, text: string, headers: Record<string, string> = {}): Promise<string> {
  const answer: RequestListener = (req, res) => {
    req.resume();
    res.writeHead(status, { Connection: 'close', ...headers }).end(text);
  };
  return listen(createHttpServer(answer));
}

function call(args: readonly string[], env: Record<string, string> = {}): Promise<Finished> {
  return stream(args, { input: 'input', env: { TMPDIR: directory, ...env } });
}

it('https to a server without TLS fails at once and says what to use', async () => {
  const host = await answering(200, '');
  const sentence = `the server at ${host} does not use TLS: use http:// in place of https://`;
  expect(await call(['ls', `https://${host}`])).toMatchObject({
    code: 2,
    stderr: `stream: ${sentence}\nstream: see stream ls --help\n`,
  });
  const sent = await call([`https://${host}/stream/a`]);
  expect(sent.code).toBe(1);
  expect(sent.stderr).toContain(`stream: ${sentence}\nstream: 5 bytes were not delivered`);
});

it('http to a server with TLS says what to use, if the server answers', async () => {
  const host = await answering(400, '<html>The plain HTTP request was sent to HTTPS port</html>');
  expect((await call(['ls', host])).stderr).toBe(
    'stream: the server uses TLS: use https:// in place of http://\n',
  );
});

it('a certificate that is not trusted is named', async () => {
  const key = join(directory, 'key.pem');
  const cert = join(directory, 'cert.pem');
  execFileSync(
    'openssl',
    [
      'req',
      '-x509',
      '-newkey',
      'rsa:2048',
      '-nodes',
      '-days',
      '1',
      '-subj',
      '/CN=x',
      '-keyout',
      key,
      '-out',
      cert,
    ],
    { stdio: 'ignore' },
  );
  const options = { key: readFileSync(key), cert: readFileSync(cert) };
  const host = await listen(createTlsServer(options, (_, res) => res.end()));
  expect((await call(['ls', `https://${host}`])).stderr).toContain('self-signed certificate');
});

it('a server that has moved is named without the path of the request', async () => {
  const host = await answering(301, '', { Location: 'https://logs.example.org/loom/stream/a?force=true' });
  expect((await call([`http://${host}/stream/a`])).stderr).toContain(
    'stream: the server has moved to https://logs.example.org/loom: use that URL\n',
  );
});

it('a program that is not Loom is asked about', async () => {
  const host = await answering(404, '<html>not here</html>');
  for (const args of [['ls'], ['follow', 'a'], ['rm', 'a'], ['a']]) {
    const { code, stderr } = await call(args, { LOOM_URL: host });
    expect(code).toBe(1);
    expect(stderr).toContain(
      'stream: the server answered with status 404: is the URL that of a Loom server?\n',
    );
  }
});

it('a port that fetch blocks is explained', async () => {
  const { code, stderr } = await call(['ls', 'http://127.0.0.1:6666']);
  expect({ code, stderr }).toEqual({
    code: 2,
    stderr: expect.stringContaining('port 6666 is one to which browsers and this client never connect'),
  });
});

describe('a server with tokens', () => {
  let loom: LoomProcess;
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:', env: { LOOM_TOKENS: 'sesame' } });
  });
  afterAll(() => loom.stop());

  it.each([[['ls']], [['follow', 'a']], [['cat', 'a']], [['wait', 'a']], [['rm', 'a']], [['a']], [['spy']]])(
    '%j without a token says how to give one, and with a wrong one, where it came from',
    async (args) => {
      const without = await call(args, { LOOM_URL: loom.url });
      expect(without.code).toBe(1);
      expect(without.stderr).toContain(
        'stream: This server needs a token: give one with --token or LOOM_TOKEN\n',
      );
      const wrong = await call([...args, '--token', 'wrong'], { LOOM_URL: loom.url });
      expect(wrong.code).toBe(1);
      expect(wrong.stderr).toContain('stream: The token is not valid: check --token or LOOM_TOKEN\n');
    },
  );

  it('an id that is taken leads to --force, in send and in run', async () => {
    const env = { LOOM_URL: loom.url, LOOM_TOKEN: 'sesame' };
    const taken = (id: string): string =>
      `The stream with ID a already exists: choose another ${id}, or replace it with --force\n`;
    expect(await call(['a'], env)).toMatchObject({ code: 0 });
    expect((await call(['a'], env)).stderr).toContain(`stream: ${taken('ID')}`);
    const run = await call(['run', '--id', 'a', '--', 'true'], env);
    expect(run).toMatchObject({ code: 0 });
    expect(run.stderr).toContain(`stream: the output is not streamed: ${taken('--id')}`);
    expect(await call(['a', '--force'], env)).toMatchObject({ code: 0, stderr: '' });
  });
});
