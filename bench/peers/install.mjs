// Installs what comes from npm, in the versions of each package.json, into $BENCH_HOME: outside the repository.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, PEERS, VIEWERS } from '../harness/home.mjs';

install('peers', PEERS);
install('peers/viewers', VIEWERS);
console.log(`The peers of npm are in ${PEERS}, viewers in ${VIEWERS}. Those of Debian:
  apt-get install -y redis-server redis-tools nginx libnginx-mod-nchan nats-server webdis chromium`);

/** @param from the folder of a package.json */
function install(from, to) {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(BENCH, from, 'package.json'), join(to, 'package.json'));
  execFileSync('npm', ['install', '--omit=dev', '--no-audit', '--no-fund'], { cwd: to, stdio: 'inherit' });
}
