// Installs the peers that come from npm into $BENCH_HOME/peers, outside the repository, with the versions of package-lock.json.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, PEERS } from '../harness/home.mjs';

mkdirSync(PEERS, { recursive: true });
for (const file of ['package.json', 'package-lock.json']) {
  copyFileSync(join(BENCH, 'peers', file), join(PEERS, file));
}
execFileSync('npm', ['ci', '--omit=dev', '--no-audit', '--no-fund'], { cwd: PEERS, stdio: 'inherit' });
console.log(`The peers are in ${PEERS}.
Those of Debian: apt-get install -y redis-server nginx libnginx-mod-nchan nats-server webdis`);
