// Checks that the programs exist that the tests start: a Redis server, a browser, nginx, Caddy, promtool, a clock to set, and a C compiler for the
// load generator of the benchmark; and shells, `man` and httpx, without which some tests are skipped. `npm run test:tools` installs
// what is missing with apt-get, by sudo unless root runs it. Before `npm test` it runs with --as-root-only: without root it installs
// nothing and names what is missing.
import { execFileSync } from 'node:child_process';
import { accessSync, constants } from 'node:fs';
import { homedir } from 'node:os';
import { delimiter, join } from 'node:path';

/** Debian's package of each program. */
const PACKAGES = {
  'redis-server': 'redis-server',
  'redis-cli': 'redis-tools',
  chromium: 'chromium',
  faketime: 'faketime',
  nginx: 'nginx-light',
  caddy: 'caddy',
  openssl: 'openssl',
  promtool: 'prometheus',
  // To check the unit only: the tests start no service.
  'systemd-analyze': 'systemd',
  // With the headers of the C library.
  gcc: 'build-essential',
};

/** Those of programs without which some tests are skipped. */
const SKIPPED_WITHOUT = { zsh: 'zsh', fish: 'fish', man: 'man-db', 'httpx for Python': 'python3-httpx' };
/** The same, but Debian has neither. Go builds them, where it is installed, in some minutes: only `npm run test:tools` does so. */
const GO_PROGRAMS = {
  helm: 'helm.sh/helm/v3/cmd/helm@v3.19.0',
  kubeconform: 'github.com/yannh/kubeconform/cmd/kubeconform@v0.8.0',
};
const GO_BIN = join(homedir(), 'go/bin');
/** Where it is no program. */
const CHECKS = {
  'httpx for Python': () => [process.env.PYTHON ?? 'python3', '/usr/bin/python3'].some(hasHttpx),
};

const missing = missingOf(PACKAGES);
const skipping = missingOf(SKIPPED_WITHOUT);
const isRoot = process.getuid?.() === 0;
const isBeforeTests = process.argv.includes('--as-root-only');
const mayInstall = isRoot || !isBeforeTests;

if (missing.length > 0) {
  if (!mayInstall) fail('npm run test:tools installs them, with sudo.');
  console.log(`The tests need ${missing.join(', ')}.`);
  try {
    install(packagesOf(missing));
  } catch (error) {
    fail(`Installing them failed: ${error.message}`);
  }
  const still = missingOf(PACKAGES);
  if (still.length > 0) fail(`After the installation ${still.join(', ')} cannot be found on the PATH.`);
}
if (skipping.length > 0) {
  console.log(`Some tests are skipped without ${skipping.join(', ')}.`);
  try {
    if (mayInstall) install(packagesOf(skipping));
    else console.log('npm run test:tools installs them, with sudo.');
  } catch (error) {
    console.warn(`Installing them failed: ${error.message}`);
  }
}

for (const name of missingOf(GO_PROGRAMS)) {
  console.log(`Some tests are skipped without ${name}.`);
  if (isBeforeTests || !isInstalled('go')) continue;
  try {
    execFileSync('go', ['install', GO_PROGRAMS[name]], {
      stdio: 'inherit',
      env: { ...process.env, GOBIN: GO_BIN },
    });
  } catch (error) {
    console.warn(`Installing ${name} failed: ${error.message}`);
  }
}

function missingOf(packages) {
  return Object.keys(packages).filter((name) => !(CHECKS[name]?.() ?? isInstalled(name)));
}

function packagesOf(names) {
  return [...new Set(names.map((name) => ({ ...PACKAGES, ...SKIPPED_WITHOUT })[name]))];
}

function install(packages) {
  const sudo = isRoot ? [] : ['sudo'];
  const noQuestions = ['env', 'DEBIAN_FRONTEND=noninteractive'];
  console.log(`Installing ${packages.join(', ')} with apt-get.`);
  run([...sudo, 'apt-get', 'update', '-q']);
  run([...sudo, ...noQuestions, 'apt-get', 'install', '-qy', '--no-install-recommends', ...packages]);
}

function run([program, ...args]) {
  execFileSync(program, args, { stdio: 'inherit' });
}

function fail(why) {
  const packages = packagesOf(missing).join(' ');
  console.error(`The tests need ${missing.join(', ')}. ${why}`);
  console.error(`On Debian and Ubuntu: sudo apt-get update && sudo apt-get install -y ${packages}`);
  process.exit(1);
}

/** As test/python/find-python.ts finds it. */
function hasHttpx(python) {
  try {
    execFileSync(python, ['-c', 'import httpx'], { stdio: 'ignore' });
    return true;
  } catch {
    // There is no such program, or it lacks httpx.
    return false;
  }
}

function isInstalled(program) {
  // Debian has nginx where only root looks for programs, and Go puts some in the home.
  return `${process.env.PATH ?? ''}${delimiter}/usr/sbin${delimiter}${GO_BIN}`
    .split(delimiter)
    .some((directory) => {
      try {
        accessSync(join(directory, program), constants.X_OK);
        return true;
      } catch {
        // Not in this directory: the next one may have it.
        return false;
      }
    });
}
