// Checks that the programs exist that the tests start: a Redis server, a browser, nginx, a clock to set, and a C compiler for the
// load generator of the benchmark. `npm run test:tools` installs what is missing with apt-get, by sudo unless root runs it. Before
// `npm test` it runs with --as-root-only: without root it installs nothing and names what is missing.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { delimiter, join } from 'node:path';

/** Debian's package of each program. */
const PACKAGES = {
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  chromium: 'chromium',
  faketime: 'faketime',
  nginx: 'nginx-light',
  openssl: 'openssl',
  // With the headers of the C library.
  gcc: 'build-essential',
};

const missing = Object.keys(PACKAGES).filter((program) => !isInstalled(program));
const packages = [...new Set(missing.map((program) => PACKAGES[program]))];
const isRoot = process.getuid?.() === 0;

if (missing.length > 0) {
  if (isRoot || !process.argv.includes('--as-root-only')) install();
  else fail('npm run test:tools installs them, with sudo.');
}

function install() {
  const sudo = isRoot ? [] : ['sudo'];
  const commands = [
    [...sudo, 'apt-get', 'update', '-q'],
    [
      ...sudo,
      'env',
      'DEBIAN_FRONTEND=noninteractive',
      'apt-get',
      'install',
      '-qy',
      '--no-install-recommends',
      ...packages,
    ],
  ];
  console.log(`The tests need ${missing.join(', ')}. Installing ${packages.join(', ')} with apt-get.`);
  try {
    for (const [program, ...args] of commands) execFileSync(program, args, { stdio: 'inherit' });
  } catch (error) {
    fail(`Installing them failed: ${error.message}`);
  }
  const still = missing.filter((program) => !isInstalled(program));
  if (still.length > 0) fail(`After the installation ${still.join(', ')} cannot be found on the PATH.`);
}

function fail(why) {
  console.error(`The tests need ${missing.join(', ')}. ${why}`);
  console.error(`On Debian and Ubuntu: sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`);
  process.exit(1);
}

function isInstalled(program) {
  // Debian has nginx where only root looks for programs.
  return `${process.env.PATH ?? ''}${delimiter}/usr/sbin`.split(delimiter).some((directory) => {
    try {
      accessSync(join(directory, program), constants.X_OK);
      return true;
    } catch {
      // Not in this directory: the next one may have it.
      return false;
    }
  });
}
