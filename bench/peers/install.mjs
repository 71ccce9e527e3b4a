// Installs the peers that come from npm, in the versions of package.json, into $BENCH_HOME/peers: outside the repository.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, PEERS } from '../harness/home.mjs';

mkdirSync(PEERS, { recursive: true });
copyFileSync(join(BENCH, 'peers/package.json'), join(PEERS, 'package.json'));
execFileSync('npm', ['install', '--omit=dev', '--no-audit', '--no-fund'], { cwd: PEERS, stdio: 'inherit' });
console.log(`The peers of npm are in ${PEERS}. Those of Debian:
  apt-get install -y redis-server redis-tools nginx libnginx-mod-nchan nats-server webdis`);
