import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { constants, gzipSync } from 'node:zlib';
import { CLIENT, PACKAGE, REPOSITORY, toolOf, withEmptyProject } from './packed-package';

const BUNDLE_BYTES_MAX = 12_000;

// No other package is installed: the client needs none.
const project = withEmptyProject();
beforeAll(() => project.unpack());

let server: Server;
let url: string;

/** Has one stream, `a`, with two bytes. */
beforeAll(async () => {
  server = createServer((_, res) => {
    res.writeHead(200, { 'X-Stream-State': 'closed; outcome=complete', 'Upload-Offset': '2' }).end();
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
});
afterAll(() => server.close());

const useOf = (head: string): string =>
  `${head}\nnew LoomClient({ url: '${url}' }).head('a').then(({ bytes }) => console.log(bytes));\n`;

it.each([
  ['a CommonJS module requires', 'use.cjs', `const { LoomClient } = require('${CLIENT}');`],
  ['an ES module imports', 'use.mjs', `import { LoomClient } from '${CLIENT}';`],
  [
    'an ES module imports as a whole',
    'use-all.mjs',
    `import * as loom from '${CLIENT}';\nconst { LoomClient } = loom;`,
  ],
])('%s the client, with no other package', async (_, name, head) => {
  expect(await project.run(process.execPath, project.write(name, useOf(head)))).toBe('2\n');
});

it('both forms have the same exports', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import * as esm from '${CLIENT}';
    const cjs = createRequire(import.meta.url)('${CLIENT}');
    console.log(JSON.stringify([Object.keys(esm).sort(), Object.keys(cjs).sort()]));`;
  const [esm, cjs] = JSON.parse(await project.run(process.execPath, project.write('both.mjs', script)));
  expect(esm).toEqual(cjs);
  expect(esm).toEqual(['LoomClient', 'LoomClientError', 'generateStreamId', 'isClientError']);
});

it('an error of one form is recognised by the other', async () => {
  const script = `
    import { createRequire } from 'node:module';
    import { LoomClientError, isClientError } from '${CLIENT}';
    const cjs = createRequire(import.meta.url)('${CLIENT}');
    const error = new LoomClientError('BUSY', 'later');
    console.log(isClientError(error, 'BUSY'), cjs.isClientError(error, 'BUSY'), cjs.isClientError(error, 'CLOSED'));`;
  expect(await project.run(process.execPath, project.write('errors.mjs', script))).toBe('true true false\n');
});

const TYPED_USE = `
import { LoomClient, isClientError, type UploadEvent } from '${CLIENT}';

export async function copy(loom: LoomClient, signal: AbortSignal): Promise<number> {
  const events: UploadEvent['kind'][] = [];
  const upload = loom.upload('copy', { signal, metadata: { a: [1] }, onEvent: ({ kind }) => events.push(kind) });
  const following = loom.follow('a', { signal, from: { tail: 3 } });
  for await (const piece of following) await upload.write(piece);
  for await (const { line, text } of following.lines()) await upload.write(\`\${line} \${text}\\n\`);
  const text: string = await following.text();
  await following.toReadableStream().pipeTo(upload.toWritableStream());
  for await (const { id, bytes } of loom.list({ prefix: text })) await loom.remove(id + bytes);
  const ended = await loom.wait('a', { for: 'line', q: 'done', timeoutMs: 10 });
  // @ts-expect-error the result is absent after the timeout
  ended.state;
  try {
    return await upload.send([text]);
  } catch (error) {
    if (isClientError(error, 'GAVE_UP')) return error.status ?? 0;
    // @ts-expect-error there is no such code
    return isClientError(error, 'GAVE-UP') ? 1 : 2;
  }
}
`;

const PLACES = {
  'the types of Node alone': { lib: ['es2022'], types: ['node'] },
  'the types of the DOM alone': { lib: ['es2022', 'dom', 'dom.asynciterable'], types: [] },
  both: { lib: ['es2022', 'dom', 'dom.asynciterable'], types: ['node'] },
};
const MODULES = {
  'an ES module and a CommonJS module': { files: ['typed.mts', 'typed.cts'], module: 'nodenext' },
  'a module of a bundler': { files: ['typed.ts'], module: 'esnext', moduleResolution: 'bundler' },
};
const COMPILERS = {
  'this TypeScript': toolOf('typescript', 'bin/tsc'),
  // It comes with @arethetypeswrong, and takes ten times as long.
  'TypeScript 5.6': toolOf('@arethetypeswrong/core/node_modules/typescript', 'bin/tsc'),
};
type Compilation = readonly [keyof typeof MODULES, keyof typeof COMPILERS, keyof typeof PLACES];

it.each<Compilation>([
  ['an ES module and a CommonJS module', 'this TypeScript', 'the types of Node alone'],
  ['an ES module and a CommonJS module', 'this TypeScript', 'the types of the DOM alone'],
  ['an ES module and a CommonJS module', 'this TypeScript', 'both'],
  ['a module of a bundler', 'this TypeScript', 'the types of Node alone'],
  ['a module of a bundler', 'this TypeScript', 'the types of the DOM alone'],
  ['an ES module and a CommonJS module', 'TypeScript 5.6', 'the types of Node alone'],
  ['a module of a bundler', 'TypeScript 5.6', 'the types of the DOM alone'],
])('%s compile with %s and %s', async (what, compiler, where) => {
  const { files, ...module } = MODULES[what];
  for (const file of files) project.write(file, TYPED_USE);
  const checks = { strict: true, exactOptionalPropertyTypes: true, noEmit: true };
  const place = { ...PLACES[where], target: 'es2022', typeRoots: [`${REPOSITORY}/node_modules/@types`] };
  project.write(
    'tsconfig.json',
    JSON.stringify({ compilerOptions: { ...place, ...module, ...checks }, files }),
  );
  await project.run(process.execPath, COMPILERS[compiler], '-p', 'tsconfig.json');
});

describe('a bundle for browsers', () => {
  async function bundle(...options: readonly string[]): Promise<string> {
    project.write('entry.mjs', `export { isClientError, LoomClient, LoomClientError } from '${CLIENT}';\n`);
    await project.run(
      toolOf('esbuild', 'bin/esbuild'),
      'entry.mjs',
      '--bundle',
      '--platform=browser',
      '--format=esm',
      '--outfile=bundle.js',
      ...options,
    );
    return readFileSync(project.path('bundle.js'), 'utf8');
  }

  it(`the client takes at most ${BUNDLE_BYTES_MAX} bytes, compressed`, async () => {
    const compressed = gzipSync(await bundle('--minify'), { level: constants.Z_BEST_COMPRESSION });
    expect(compressed.length).toBeLessThanOrEqual(BUNDLE_BYTES_MAX);
    expect(compressed.length).toBeGreaterThan(BUNDLE_BYTES_MAX / 2);
  });

  it('the client names nothing of Node', async () => {
    const text = await bundle();
    expect(text).toContain('LoomClient = class');
    expect(text).not.toMatch(/node:|\brequire\(|\bprocess\.|\bBuffer\b/);
  });
});

it.each(['dist/client.mjs', 'dist/client.browser.mjs'])('%s imports nothing', (file) => {
  const text = readFileSync(project.path('node_modules', PACKAGE, file), 'utf8');
  expect(text).not.toMatch(/^\s*import\b|\bimport\(|\brequire\(|node:/m);
});
