// Makes sure that the programs are there that the tests start: a Redis server, a browser, nginx, a clock to set, and a
// C compiler for the load generator of the benchmark. Installs what is missing with
// apt-get where there is one; else says what to install, and fails.
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
if (missing.length > 0) install([...new Set(missing.map((program) => PACKAGES[program]))]);

function install(packages) {
  const sudo = process.getuid?.() === 0 ? [] : ['sudo', '-n'];
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
    giveUp(packages, error.message);
  }
  const still = missing.filter((program) => !isInstalled(program));
  if (still.length > 0) giveUp(packages, `${still.join(', ')} cannot be found on the PATH afterwards`);
}

function giveUp(packages, why) {
  console.error(
    `That did not work: ${why}\nInstall what is missing, then run the tests again. On Debian and Ubuntu:`,
  );
  console.error(`  sudo apt-get update && sudo apt-get install -y ${packages.join(' ')}`);
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
