// Bundles web to dist/web: hashed names, a manifest of what each page needs, the OpenAPI document, and every file compressed beforehand.
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { basename } from 'node:path';
import { brotliCompressSync, constants, gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { load } from 'js-yaml';

const OUT = 'dist/web';
const PAGES = ['list', 'stream', 'spy', 'docs'];

const { metafile } = buildSync({
  entryPoints: PAGES.map((page) => `web/pages/${page}.ts`),
  outdir: OUT,
  entryNames: '[name]-[hash]',
  assetNames: '[name]-[hash]',
  bundle: true,
  minify: true,
  format: 'esm',
  target: ['es2022'],
  charset: 'utf8',
  legalComments: 'none',
  metafile: true,
  logLevel: 'warning',
});

/** By page: its script and its styles. Scripts share no chunks: cut apart, they compress worse, and a page is to be small. */
const manifest = {};
for (const [file, output] of Object.entries(metafile.outputs)) {
  compress(file);
  if (output.entryPoint === undefined) continue;
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
