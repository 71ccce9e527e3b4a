// Bundles web to dist/web: hashed names, a manifest of what each page needs, the OpenAPI document, and every file compressed beforehand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { load } from 'js-yaml';

const OUT = 'dist/web';
const PAGES = ['list', 'stream', 'spy', 'docs'];

/** Each page alone: pages share no chunks, because they compress worse cut apart. Only what a page loads later is a file of its own. */
const outputs = PAGES.flatMap((page) => Object.entries(bundle(page).outputs));

function bundle(page) {
  return buildSync({
    entryPoints: [`web/pages/${page}.ts`],
    outdir: OUT,
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    splitting: true,
    bundle: true,
    minify: true,
    format: 'esm',
    target: ['es2022'],
    charset: 'utf8',
    legalComments: 'none',
    metafile: true,
    logLevel: 'warning',
  }).metafile;
}

/** By page: its script and its styles. */
const manifest = {};
for (const [file, output] of outputs) {
  compress(file);
  if (!output.entryPoint?.startsWith('web/pages/')) continue;
  manifest[basename(output.entryPoint, '.ts')] = {
    script: basename(file),
    styles: output.cssBundle === undefined ? [] : [basename(output.cssBundle)],
  };
}
mkdirSync(OUT, { recursive: true });
writeFileSync(`${OUT}/manifest.json`, `${JSON.stringify(manifest, null, 2)}\n`);

const openapi = readFileSync('openapi.yaml', 'utf8');
write('openapi.yaml', openapi);
write('openapi.json', `${JSON.stringify(load(openapi))}\n`);

function write(name, content) {
  writeFileSync(`${OUT}/${name}`, content);
  compress(`${OUT}/${name}`);
}

function compress(file) {
  const content = readFileSync(file);
  writeFileSync(
    `${file}.gz`,
    gzipSync(content, { level: constants.Z_BEST_COMPRESSION, memLevel: constants.Z_MAX_MEMLEVEL }),
  );
  writeFileSync(`${file}.br`, brotliCompressSync(content));
}
