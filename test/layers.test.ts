import { readdirSync, readFileSync } from 'node:fs';
import path from 'node:path';

const SRC = path.join(__dirname, '../src');
const WEB = path.join(__dirname, '../web');

/** The composition root: the files that lie directly in `src`. */
const ROOT = 'root';

interface Layer {
  /** Which layers it may import beside itself. */
  readonly layers: readonly string[];
  /** Which layers it may name the types of. */
  readonly types?: readonly string[];
  readonly packages: readonly string[];
}

/** The drawing in the architecture, as a test. */
const LAYERS: Readonly<Record<string, Layer>> = {
  core: { layers: [], packages: ['lru-cache'] },
  lmdb: { layers: ['core'], packages: ['lmdb'] },
  redis: { layers: ['core', 'node-internals'], types: ['config'], packages: ['ioredis'] },
  memory: { layers: [], packages: ['koffi'] },
  'node-internals': { layers: [], packages: ['ioredis', '@koa/router'] },
  storage: {
    layers: ['core', 'lmdb', 'redis'],
    types: ['config', 'metrics'],
    packages: ['ioredis', 'lmdb', 'lru-cache', 'fs-native-extensions'],
  },
  relay: { layers: ['core', 'lmdb', 'redis'], types: ['config'], packages: ['ioredis', 'lmdb'] },
  http: {
    layers: ['core', 'config', 'digest', 'metrics', 'relay', 'words', 'node-internals'],
    types: ['observe'],
    packages: ['koa', '@koa/router', 'lru-cache'],
  },
  metrics: { layers: [], packages: [] },
  markers: { layers: [], packages: [] },
  digest: { layers: ['core', 'markers'], packages: ['lru-cache'] },
  words: { layers: [], packages: [] },
  config: { layers: ['markers', 'words'], packages: ['js-yaml'] },
  observe: { layers: ['core', 'config'], types: ['metrics'], packages: ['pino', 'pino-pretty'] },
  check: { layers: ['core', 'storage', 'config'], packages: [] },
  workers: { layers: ['core', 'metrics', 'node-internals'], types: ['config', 'observe'], packages: [] },
  client: { layers: [], packages: [] },
  cli: { layers: ['client', 'words'], packages: ['js-yaml'] },
  [ROOT]: {
    layers: [
      'core',
      'storage',
      'relay',
      'http',
      'config',
      'metrics',
      'observe',
      'memory',
      'workers',
      'words',
      'check',
    ],
    packages: [],
  },
};

interface Import {
  /** A file of `src` by its path there, `npm:` and a package, or `node:` and a module. */
  readonly target: string;
  readonly isType: boolean;
}

type Imports = ReadonlyMap<string, readonly Import[]>;

describe('the layers', () => {
  const imports = importsOf(readSources());

  it.each(Object.keys(LAYERS))('the layer %s imports only what it may know', (layer) => {
    expect(forbidden(imports).filter((line) => layerOf(line) === layer)).toEqual([]);
  });

  it('what the pages share with the server imports nothing of Node', () => {
    const shared = [...imports].filter(([file]) => ['markers', 'words'].includes(layerOf(file)));
    expect(shared.length).toBeGreaterThan(1);
    expect(leaving(new Map(shared))).toEqual([]);
  });

  it('every folder of src has a layer', () => {
    const layers = [...imports.keys()].map(layerOf);
    expect(new Set(layers).size).toBeGreaterThan(1);
    expect(layers.filter((layer) => !Object.hasOwn(LAYERS, layer))).toEqual([]);
  });

  it('the pages import nothing but their own files, and what they share with the server', () => {
    const pages = importsOf(readSources(WEB));
    expect(pages.size).toBeGreaterThan(1);
    expect(leaving(pages)).toEqual([]);
  });

  it('no files of the pages import each other in a circle', () => {
    expect(firstCycle(importsOf(readSources(WEB)))).toBeUndefined();
  });

  it('no store imports another', () => {
    expect(entangled(imports)).toEqual([]);
  });

  it('no files import each other in a circle', () => {
    expect(firstCycle(imports)).toBeUndefined();
  });

  it('no folders import each other in a circle', () => {
    expect(firstCycle(betweenFolders(imports))).toBeUndefined();
  });
});

describe('the check of the layers', () => {
  it('an import of a forbidden layer is found in every form', () => {
    const ways = [
      "import { app } from '../http/app';",
      "import type { App } from '../http/app';",
      "import '../http/app';",
      "export * from '../http/app';",
      "const app = await import('../http/app');",
      "const app = require('../http/app');",
      "import {\n  one,\n  two,\n} from '../http/app';",
    ];
    for (const way of ways) {
      const imports = importsOf(sources({ 'core/log.ts': way, 'http/app.ts': "import './respond';" }));
      expect(forbidden(imports)).toEqual(['core/log.ts imports http/app.ts']);
    }
  });

  it('a driver outside of its layer is found, and modules of Node are allowed', () => {
    const imports = importsOf(
      sources({
        'core/log.ts': "import Redis from 'ioredis';\nimport { once } from 'node:events';",
        'http/app.ts': "import Koa from 'koa';\nimport Router from '@koa/router';",
        'storage/redis/entries.ts': "import { x } from 'ioredis/built/x';",
      }),
    );
    expect(forbidden(imports)).toEqual(['core/log.ts imports npm:ioredis']);
  });

  it('an imported value is found where only types are allowed', () => {
    const imports = importsOf(
      sources({
        'http/app.ts': "import type { Logger } from '../observe/logger';",
        'http/access.ts': "import { type Logger, createLogger } from '../observe/logger';",
        'observe/logger.ts': '',
      }),
    );
    expect(forbidden(imports)).toEqual(['http/access.ts imports observe/logger.ts']);
  });

  it('comments and strings are not taken for imports', () => {
    const imports = importsOf(
      sources({ 'core/log.ts': "// import '../http/app';\nconst text = ['x'].join(' from ') + ' from ';" }),
    );
    expect(forbidden(imports)).toEqual([]);
  });

  it('an import of the composition root is found', () => {
    const imports = importsOf(
      sources({ 'http/app.ts': "import { start } from '../server';", 'server.ts': '' }),
    );
    expect(forbidden(imports)).toEqual(['http/app.ts imports server.ts']);
  });

  it('a store that imports another is found, and shared files are allowed', () => {
    const imports = importsOf(
      sources({
        'storage/open.ts': "import './redis/store';",
        'storage/redis/store.ts': "import '../files/store';\nimport '../shared';",
        'storage/files/store.ts': "import './index';",
        'storage/shared.ts': '',
      }),
    );
    expect(entangled(imports)).toEqual(['storage/redis/store.ts imports storage/files/store.ts']);
  });

  it('an import that leaves the pages is found, and styles are allowed', () => {
    const imports = importsOf(
      sources({
        'pages/list.ts': "import '../shell/base.css';\nimport { fetchList } from '../list/fetch-list';",
        'list/fetch-list.ts': "import type { Log } from '../../src/core/log/log';",
        'list/folds.ts': "import { FoldTree } from '../../src/markers/fold-tree';",
        'shell/theme.ts': "import { h } from 'preact';\nimport { join } from 'node:path';",
      }),
    );
    expect(leaving(imports)).toEqual([
      'list/fetch-list.ts imports ../src/core/log/log',
      'shell/theme.ts imports npm:preact',
      'shell/theme.ts imports node:path',
    ]);
  });

  it('a circle is found, even a long one and through an index', () => {
    const imports = importsOf(
      sources({
        'a.ts': "import './b';\nimport './d';",
        'b.ts': "import './c';",
        'c/index.ts': "import './own';",
        'c/own.ts': "import '../b';",
        'd.ts': "import './e';",
        'e.ts': '',
      }),
    );
    expect(firstCycle(imports)).toEqual(['b.ts', 'c/index.ts', 'c/own.ts', 'b.ts']);
  });

  it('a circle of folders is found even if the files have none', () => {
    const imports = importsOf(
      sources({
        'core/log/a.ts': "import '../state/b';",
        'core/log/c.ts': '',
        'core/state/b.ts': "import '../log/c';",
      }),
    );
    expect(firstCycle(imports)).toBeUndefined();
    expect(firstCycle(betweenFolders(imports))).toEqual(['core/log', 'core/state', 'core/log']);
  });

  it('a diamond is not taken for a circle', () => {
    const imports = importsOf(
      sources({
        'a.ts': "import './b';\nimport './c';",
        'b.ts': "import './d';",
        'c.ts': "import './d';",
        'd.ts': '',
      }),
    );
    expect(firstCycle(imports)).toBeUndefined();
  });
});

function sources(files: Readonly<Record<string, string>>): Map<string, string> {
  return new Map(Object.entries(files));
}

function readSources(root = SRC): Map<string, string> {
  const files = readdirSync(root, { recursive: true, encoding: 'utf8' }).filter((file) =>
    file.endsWith('.ts'),
  );
  return new Map(
    files.map((file) => [file.split(path.sep).join('/'), readFileSync(path.join(root, file), 'utf8')]),
  );
}

function importsOf(files: ReadonlyMap<string, string>): Imports {
  const resolve = (importer: string, specifier: string): string => {
    if (specifier.startsWith('node:')) return specifier;
    if (!specifier.startsWith('.')) return `npm:${packageOf(specifier)}`;
    const target = path.posix.join(path.posix.dirname(importer), specifier);
    return [`${target}.ts`, `${target}/index.ts`].find((file) => files.has(file)) ?? target;
  };
  return new Map(
    [...files].map(([file, source]) => [
      file,
      specifiersIn(source).map(({ target, isType }) => ({ target: resolve(file, target), isType })),
    ]),
  );
}

function specifiersIn(source: string): Import[] {
  const STATIC = /^(?:import|export)(\s+type)?\b[^;'"`]*?\bfrom\s*['"]([^'"]+)['"]/gm;
  const BARE = /^import()\s*['"]([^'"]+)['"]/gm;
  const CALL = /\b(?:import|require)()\(\s*['"]([^'"]+)['"]/g;
  return [STATIC, BARE, CALL].flatMap((pattern) =>
    [...source.matchAll(pattern)].map(([, type, target = '']) => ({
      target,
      isType: type?.trim() === 'type',
    })),
  );
}

function packageOf(specifier: string): string {
  const parts = specifier.split('/');
  return parts.slice(0, specifier.startsWith('@') ? 2 : 1).join('/');
}

function layerOf(file: string): string {
  return /^([^/ ]+)\//.exec(file)?.[1] ?? ROOT;
}

function forbidden(imports: Imports): string[] {
  return linesOf(imports, (file, { target, isType }) => {
    const layer = layerOf(file);
    const { layers, types = [], packages } = LAYERS[layer] ?? { layers: [], packages: [] };
    if (target.startsWith('node:')) return false;
    if (target.startsWith('npm:')) return !packages.includes(target.slice('npm:'.length));
    return ![layer, ...layers, ...(isType ? types : [])].includes(layerOf(target));
  });
}

/** The imports of files beyond the folder, of packages and of modules of Node. The markers of folds and the words for quantities are of the server and the pages. */
function leaving(imports: Imports): string[] {
  return linesOf(
    imports,
    (_file, { target }) =>
      /^(?:\.\.|npm:|node:)/.test(target) && !/^\.\.\/src\/(?:markers|words)\//.test(target),
  );
}

function entangled(imports: Imports): string[] {
  const storeOf = (file: string): string | undefined => /^storage\/([^/]+)\//.exec(file)?.[1];
  return linesOf(imports, (file, { target }) => {
    const [from, to] = [storeOf(file), storeOf(target)];
    return from !== undefined && to !== undefined && from !== to;
  });
}

/** The imports that leave their folder, by folders. The files of the composition root are rooms of their own. */
function betweenFolders(imports: Imports): Imports {
  const folderOf = (file: string): string => (file.includes('/') ? path.posix.dirname(file) : file);
  const folders = new Map<string, Import[]>();
  for (const [file, all] of imports) {
    const others = all.filter(({ target }) => imports.has(target) && folderOf(target) !== folderOf(file));
    const known = folders.get(folderOf(file)) ?? [];
    folders.set(folderOf(file), [
      ...known,
      ...others.map((one) => ({ ...one, target: folderOf(one.target) })),
    ]);
  }
  return folders;
}

function linesOf(imports: Imports, isWrong: (file: string, one: Import) => boolean): string[] {
  return [...imports].flatMap(([file, all]) =>
    all.filter((one) => isWrong(file, one)).map(({ target }) => `${file} imports ${target}`),
  );
}

/** The files of a circle, the first one again at the end. */
function firstCycle(imports: Imports): string[] | undefined {
  const done = new Set<string>();
  const visit = (file: string, above: readonly string[]): string[] | undefined => {
    if (above.includes(file)) return [...above.slice(above.indexOf(file)), file];
    if (done.has(file)) return undefined;
    for (const { target } of imports.get(file) ?? []) {
      const cycle = visit(target, [...above, file]);
      if (cycle !== undefined) return cycle;
    }
    done.add(file);
    return undefined;
  };
  for (const file of imports.keys()) {
    const cycle = visit(file, []);
    if (cycle !== undefined) return cycle;
  }
  return undefined;
}
