import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH } from '../../harness/home.mjs';
import { generateLoad } from '../../harness/load-generator.mjs';
import { debianFile, debianProgram } from '../../harness/missing.mjs';
import { startNginx } from './nginx-process.mjs';

/**
 * A target behind nginx, which speaks TLS with the load generator and is configured as ops/nginx.conf has it.
 * @param target whose streams need no making: that would be a request without TLS
 */
export const behindTls = ({ needs = [], start, ...target }) => ({
  ...target,
  only: ['W1', 'W3', 'W4', 'W4x200', 'W5'],
  needs: [
    ...needs,
    debianProgram('nginx'),
    debianProgram('openssl'),
    debianFile('/usr/include/openssl/ssl.h', 'libssl-dev'),
  ],
  async start(stage) {
    const { port, pids, redis } = await start(stage);
    const bulkId = await storeBulk(target, port, stage.sizes.bulk);
    const { certificate, key } = selfSigned(stage.folder);
    const proxy = await startNginx(stage, {
      connections: 12_000,
      http: (listen) => proxyTo(port, { listen, certificate, key }),
    });
    return { port: proxy.port, pids: [...pids, ...proxy.pids], redis, certificate, bulkId };
  },
});

/** What W3 replays comes past nginx, so that it does not depend on W1. */
async function storeBulk({ style, publish }, port, bytes) {
  await generateLoad({ mode: 'ingest', port, style, pub: publish, id: 'bulk', bytes });
  return 'bulk';
}

function selfSigned(folder) {
  const [key, certificate] = [join(folder, 'key.pem'), join(folder, 'certificate.pem')];
  const names = ['-subj', '/CN=127.0.0.1', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const make = [
    'req',
    '-x509',
    '-newkey',
    'ec',
    '-pkeyopt',
    'ec_paramgen_curve:prime256v1',
    '-nodes',
    '-days',
    '2',
  ];
  execFileSync('openssl', [...make, ...names, '-keyout', key, '-out', certificate], { stdio: 'pipe' });
  return { certificate, key };
}

/** Only ports, TLS and the log are not those of the file. */
function proxyTo(port, { listen, certificate, key }) {
  const block = readFileSync(join(BENCH, '../ops/nginx.conf'), 'utf8');
  const tls = [
    `listen 127.0.0.1:${listen} ssl backlog=4096;`,
    `ssl_certificate ${certificate};`,
    `ssl_certificate_key ${key};`,
  ];
  return block
    .replace('server 127.0.0.1:3060;', `server 127.0.0.1:${port};`)
    .replace(/^ *(?:listen|server_name|access_log) .*\n/gm, '')
    .replace(/^server \{$/m, ['server {', ...tls].join('\n  '));
}
