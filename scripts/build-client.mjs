// Bundles src/client as ES modules: one for browsers, in which a file gives way to the `.browser.ts` beside it, and one for the rest.
// CommonJS and the types are what the compiler made of src/client.
import { existsSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { build } from 'esbuild';

/**
 * Members that no caller sees, and whose names are neither those of options or results nor of anything in a browser. The bundle for
 * browsers has short ones: no minifier may rename members, and these would be 220 of its 12,000 bytes.
 */
const PRIVATE_MEMBERS = [
  ...[
    'accepted',
    'answer',
    'beginAt',
    'below',
    'change',
    'continueAt',
    'cutAt',
    'discard',
    'dropBefore',
    'endAt',
    'endpoint',
  ],
  ...[
    'endsAt',
    'failed',
    'hasBounds',
    'isBeyondEnd',
    'isEnded',
    'isForeignStream',
    'isLast',
    'isOver',
    'isOwnStream',
    'isPlain',
  ],
  ...[
    'isSilent',
    'keepInMemory',
    'moment',
    'moveTo',
    'notify',
    'onLost',
    'onOpen',
    'options',
    'outer',
    'pause',
    'position',
  ],
  ...[
    'refresh',
    'refuse',
    'requestBuffered',
    'requests',
    'room',
    'settings',
    'shrink',
    'snapshot',
    'stopping',
    'succeeded',
  ],
  ...['takeLine', 'translateErrors', 'waitForChange', 'wasSent'],
];

/** @type {import('esbuild').Plugin} */
const browserFiles = {
  name: 'browser-files',
  setup({ onResolve }) {
    onResolve({ filter: /^\.{1,2}\// }, ({ path, resolveDir }) => {
      const file = join(resolveDir, `${path}.browser.ts`);
      return existsSync(file) ? { path: file } : undefined;
    });
  },
};

await Promise.all([
  bundle('dist/client.mjs', {}),
  bundle('dist/client.browser.mjs', {
    plugins: [browserFiles],
    mangleProps: new RegExp(`^(${PRIVATE_MEMBERS.join('|')})$`),
  }),
]);
writeFileSync('dist/client.d.mts', "export * from './client/index.js';\n");

function bundle(outfile, options) {
  return build({
    entryPoints: ['src/client/index.ts'],
    outfile,
    bundle: true,
    format: 'esm',
    platform: 'neutral',
    target: 'es2022',
    charset: 'utf8',
    // Fields without a value would be declared, and initialized once more.
    tsconfigRaw: { compilerOptions: { useDefineForClassFields: false } },
    logLevel: 'warning',
    ...options,
  });
}
