import { join } from 'node:path';
import { constants, gzipSync } from 'node:zlib';
import { buildSync } from 'esbuild';
import { BENCH, VIEWERS } from '../harness/home.mjs';

const TYPES = { js: 'text/javascript', css: 'text/css' };

/** Bundles one of `pages/` as Loom's own are. @returns what a server sends for each path: `{path, type, content}`, all of it gzipped */
export function bundle(name) {
  const { outputFiles } = buildSync({
    ...{ entryPoints: [join(BENCH, 'web/pages', `${name}.mjs`)], outdir: '/', write: false },
    ...{ bundle: true, minify: true, format: 'esm', target: ['es2022'], legalComments: 'none' },
    ...{ nodePaths: [join(VIEWERS, 'node_modules')], define: { 'process.env.NODE_ENV': '"production"' } },
    logLevel: 'error',
  });
  const assets = outputFiles.map(({ path, contents }) => {
    const extension = path.split('.').at(-1);
    return { path: `/${name}.${extension}`, type: TYPES[extension], content: compressed(contents) };
  });
  return [{ path: `/${name}`, type: 'text/html', content: compressed(documentOf(name)) }, ...assets];
}

function documentOf(name) {
  return `<!doctype html><html lang="en"><head><meta charset="utf-8"><title>${name}</title>
<link rel="icon" href="data:,"><link rel="stylesheet" href="/${name}.css"><script type="module" src="/${name}.js"></script></head>
<body><div id="log"></div></body></html>`;
}

function compressed(content) {
  return gzipSync(content, { level: constants.Z_BEST_COMPRESSION });
}
