// Makes one file of what `bin/loom` loads, and one of what `bin/stream` loads: to load hundreds of modules takes longer than all else that
// a start does. Each takes the place of the module that the compiler has made of its entry. Packages stay outside: they are updated on their own.
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, relative, resolve } from 'node:path';
import { build } from 'esbuild';
import { sourceLines } from './source-lines.mjs';

const SRC = resolve('src');

// It stays in memory as long as the server runs, and is a third smaller without spaces. `nameSourceFiles` then needs the lines of the sources.
const map = await bundle('loom', { minifyWhitespace: true, lineLimit: 160 });
writeFileSync('dist/loom.lines.json', JSON.stringify(sourceLines(map)));
await bundle('cli/main', {});

/** @param entry a file of `src`, without `.ts` @returns the source map of `dist/<entry>.js` */
async function bundle(entry, options) {
  const { warnings, outputFiles } = await build({
    entryPoints: [`src/${entry}.ts`],
    outfile: `dist/${entry}.js`,
    bundle: true,
    format: 'cjs',
    platform: 'node',
    target: 'node20',
    packages: 'external',
    // One byte per character in memory.
    charset: 'ascii',
    plugins: [ownPlaces(dirname(entry))],
    sourcemap: 'external',
    sourcesContent: false,
    write: false,
    logLevel: 'warning',
    ...options,
  });
  if (warnings.length > 0) throw new Error(`${entry} could not be bundled as it is`);
  const [map, code] = outputFiles;
  writeFileSync(`dist/${entry}.js`, code.contents);
  return JSON.parse(map.text);
}

/**
 * What a module finds beside itself is beside the compiled module, not beside the bundle.
 * @param folder of the bundle, in `dist`
 * @returns {import('esbuild').Plugin}
 */
function ownPlaces(folder) {
  return {
    name: 'own-places',
    setup({ onLoad }) {
      onLoad({ filter: /\.ts$/ }, ({ path }) => {
        const own = relative(resolve(SRC, folder), dirname(path)) || '.';
        const contents = readFileSync(path, 'utf8')
          .replaceAll(/\b__dirname\b/g, `(__dirname + '/${own}')`)
          .replaceAll(
            /\brequire\.resolve\('\.\/([\w-]+)'\)/g,
            `require('node:path').join(__dirname, '${own}/$1.js')`,
          );
        return { contents, loader: 'ts' };
      });
    },
  };
}
