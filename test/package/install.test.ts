import { execFileSync } from 'node:child_process';
import { LoomProcess } from '../support/loom-process';
import { LocalRegistry } from './local-registry';
import { PACKAGE, REPOSITORY, toolOf, withEmptyProject } from './packed-package';

const project = withEmptyProject();

/** No other registry is asked: what the package does not declare is missing. */
beforeAll(async () => {
  const registry = await LocalRegistry.start();
  try {
    const quiet = ['--no-audit', '--no-fund', '--no-update-notifier'];
    const own = [`--registry=${registry.url}`, `--cache=${project.path('.cache')}`];
    // No package needs its install script, as in the container.
    await project.run('npm', 'install', '--ignore-scripts', ...quiet, ...own, project.tarball);
  } finally {
    registry.stop();
  }
});

it('the installed loom serves what the installed stream sends', async () => {
  const bin = project.path('node_modules/.bin/loom');
  const loom = await LoomProcess.start({ store: `file:${project.path('data')}`, bin });
  try {
    const stream = project.path('node_modules/.bin/stream');
    execFileSync(stream, [loom.url, 'installed'], { input: 'hello\n' });
    expect(execFileSync(stream, ['cat', loom.url, 'installed'], { encoding: 'utf8' })).toBe('hello\n');
    const page = await (await fetch(`${loom.url}/`, { headers: { Accept: 'text/html' } })).text();
    expect(page).toContain('<html');
  } finally {
    expect(await loom.stop()).toBe(0);
  }
});

const USE = `
  const server = await startLoom({ port: 0, store: 'memory:' });
  const loom = new LoomClient({ url: server.url });
  await loom.upload('inside').send(['hello ', 'you']);
  console.log(await loom.follow('inside').text());
  await server.close();
  console.log((await loom.head('inside').catch((error) => error)).code);
`;

it.each([
  [
    'an ES module imports',
    'server.mjs',
    `import { startLoom } from '${PACKAGE}';\nimport { LoomClient } from '${PACKAGE}/client';\n${USE}`,
  ],
  [
    'a CommonJS module requires',
    'server.cjs',
    `const { startLoom } = require('${PACKAGE}');\nconst { LoomClient } = require('${PACKAGE}/client');
    (async () => {${USE}})();`,
  ],
])('%s a server that runs in its process, and the process ends after it', async (_, name, code) => {
  expect(await project.run(process.execPath, project.write(name, code))).toBe('hello you\nUNREACHABLE\n');
});

it.each([
  ['an unknown setting', '{ prot: 1 }', 'ConfigError', 'unknown key "prot"'],
  ['several workers', "{ workers: 2, store: 'redis://127.0.0.1:1' }", 'ConfigError', 'workers must be 1'],
  [
    'a port that is taken',
    "{ port: first.port, store: 'memory:' }",
    'StartError',
    'another process uses the port',
  ],
])('a server in a process does not start with %s', async (_, settings, name, message) => {
  const code = `
    import { startLoom } from '${PACKAGE}';
    const server = await startLoom({ port: 0, store: 'memory:' });
    const first = { port: Number(new URL(server.url).port) };
    const error = await startLoom(${settings}).catch((error) => error);
    console.log(error.name, error.message);
    await server.close();`;
  const printed = await project.run(process.execPath, project.write('refused.mjs', code));
  expect(printed).toContain(`${name} `);
  expect(printed).toContain(message);
});

it('the types of the server need no types of its dependencies', async () => {
  const code = `
    import { ConfigError, startLoom, StartError, type LoomServer } from '${PACKAGE}';
    const server: LoomServer = await startLoom({ port: 0, limits: { streams: 3 } });
    await server.close();
    // @ts-expect-error a port is a number
    await startLoom({ port: '0' }).catch((error) => error instanceof ConfigError || error instanceof StartError);`;
  project.write('server.mts', code);
  const types = { types: ['node'], typeRoots: [`${REPOSITORY}/node_modules/@types`] };
  const compilerOptions = { ...types, module: 'nodenext', target: 'es2022', strict: true, noEmit: true };
  project.write('tsconfig.json', JSON.stringify({ compilerOptions, files: ['server.mts'] }));
  await project.run(process.execPath, toolOf('typescript', 'bin/tsc'), '-p', 'tsconfig.json');
});
