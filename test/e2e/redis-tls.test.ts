import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { LoomProcess } from '../support/loom-process';
import { type RedisServer, startRedisServer } from '../support/redis-server';

describe('a Redis behind TLS', () => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-tls-'));
  const certificate = join(directory, 'certificate.pem');
  let redis: RedisServer;
  let store: string;

  beforeAll(async () => {
    const key = join(directory, 'key.pem');
    const names = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    const request = ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...names];
    execFileSync('openssl', [...request, '-keyout', key, '-out', certificate], { stdio: 'ignore' });
    const tlsPort = await freePort();
    const files = ['--tls-cert-file', certificate, '--tls-key-file', key, '--tls-ca-cert-file', certificate];
    redis = await startRedisServer({
      args: ['--tls-port', String(tlsPort), '--tls-auth-clients', 'no', '--requirepass', 'secret', ...files],
    });
    store = `rediss://:secret@localhost:${tlsPort}`;
  });
  afterAll(async () => {
    await redis.stop();
    rmSync(directory, { recursive: true });
  });

  it('a stream on Redis behind TLS survives a restart of the server', async () => {
    const loom = await LoomProcess.start({ store, env: { NODE_EXTRA_CA_CERTS: certificate } });
    try {
      const content = Buffer.alloc(1_000_000, 'by TLS ');
      const produced = await fetch(`${loom.url}/stream/a`, { method: 'POST', body: content });
      expect(produced.status).toBe(201);
      await produced.text();
      await loom.restart();
      const consumed = await fetch(`${loom.url}/stream/a`);
      expect(Buffer.from(await consumed.arrayBuffer()).equals(content)).toBe(true);
    } finally {
      await loom.stop();
    }
  });

  it('a server does not start if no known authority signed the certificate', async () => {
    await expect(LoomProcess.start({ store })).rejects.toThrow(/self-signed certificate/);
  });
});
