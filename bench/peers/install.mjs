// Installs peers into $BENCH_HOME, outside the repository: those of npm, in the versions of each package.json, and with `rust` those of
// crates.io, in the versions of crates.mjs.
import { execFileSync } from 'node:child_process';
import { copyFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { BENCH, PEERS, PROGRAMS, VIEWERS } from '../harness/home.mjs';
import { CRATES } from './crates.mjs';

const KINDS = { npm: installPackages, rust: installCrates };

const kinds = process.argv.length > 2 ? process.argv.slice(2) : ['npm'];
for (const kind of kinds) if (!KINDS[kind]) throw new Error(`no kind is called ${kind}; there are npm, rust`);
for (const kind of kinds) KINDS[kind]();

function installPackages() {
  install('peers', PEERS);
  install('peers/viewers', VIEWERS);
  console.log(`The peers of npm are in ${PEERS}, viewers in ${VIEWERS}. Those of Debian:
  apt-get install -y redis-server redis-tools nginx libnginx-mod-nchan nats-server webdis chromium openssl libssl-dev`);
}

/** @param from the folder of a package.json */
function install(from, to) {
  mkdirSync(to, { recursive: true });
  copyFileSync(join(BENCH, from, 'package.json'), join(to, 'package.json'));
  execFileSync('npm', ['install', '--omit=dev', '--no-audit', '--no-fund'], { cwd: to, stdio: 'inherit' });
}

/** Takes minutes. What is there in this version already stays. */
function installCrates() {
  for (const { crate, version, program } of CRATES) {
    const args = ['install', crate, '--version', version, '--locked', '--bin', program, '--root', PROGRAMS];
    execFileSync('cargo', args, { stdio: 'inherit' });
  }
  console.log(`The peers of crates.io are in ${PROGRAMS}.`);
}
