import { METHODS, type OpenapiDocument, type Operation, type PathItem, resolved } from './openapi-document';

/** The operation that a request is for. */
export interface FoundOperation {
  readonly operation: Operation;
  /** Where the document has it. */
  readonly pointer: string;
}

interface Route {
  readonly template: string;
  readonly pattern: RegExp;
  readonly item: PathItem;
  /** How much of it is not a parameter: of two that fit, the larger one counts. */
  readonly fixed: number;
}

/** What a path is to the document. */
export type Finding = FoundOperation | 'unknown path' | 'unknown method';

/** Finds the operation of a request by its method and path. */
export class OperationFinder {
  readonly #routes: readonly Route[];
  readonly #ownRoutes: readonly Route[];

  constructor(document: OpenapiDocument) {
    const paths = Object.entries(document.paths);
    this.#routes = sorted(paths.map(([path, item]) => routeOf(document, path, path, item)));
    const own = paths.flatMap(([path, item]) => {
      const ownPath = operationsOf(item).find((one) => one['x-own-port'] !== undefined)?.['x-own-port'];
      return ownPath === undefined ? [] : [routeOf(document, path, ownPath, item)];
    });
    this.#ownRoutes = sorted(own);
  }

  /** @param path with its query @param isOwnPort it is that of a relay's own port */
  find(method: string, path: string, isOwnPort: boolean): Finding {
    const bare = barePath(path);
    const fitting = (isOwnPort ? this.#ownRoutes : this.#routes).filter(({ pattern }) => pattern.test(bare));
    if (fitting.length === 0) return 'unknown path';
    for (const { template, item } of fitting) {
      const key = METHODS.find((one) => one === method.toLowerCase());
      const operation = key && item[key];
      if (operation !== undefined) return { operation, pointer: pointerOf(template, key ?? '') };
      if (key === 'head' && item.get?.['x-head'])
        return { operation: item.get, pointer: pointerOf(template, 'get') };
    }
    return 'unknown method';
  }
}

export function operationsOf(item: PathItem): readonly Operation[] {
  return METHODS.flatMap((method) => item[method] ?? []);
}

function pointerOf(template: string, method: string): string {
  return `#/paths/${template.replaceAll('~', '~0').replaceAll('/', '~1')}/${method}`;
}

function sorted(routes: readonly Route[]): readonly Route[] {
  return [...routes].sort((a, b) => b.fixed - a.fixed);
}

function routeOf(document: OpenapiDocument, template: string, path: string, item: PathItem): Route {
  const parameters = (item.parameters ?? []).map((one) => resolved(document, one).value);
  const wide = parameters.filter((one) => 'x-slashes' in one).map((one) => ('name' in one ? one.name : ''));
  const source = path
    .replaceAll(/[.*+?^$()|[\]\\]/g, '\\$&')
    .replaceAll(/\{(\w+)\}/g, (_all, name) => (wide.includes(name) ? '.+' : '[^/]+'));
  return {
    template,
    pattern: new RegExp(`^${source}$`),
    item,
    fixed: path.replaceAll(/\{\w+\}/g, '').length,
  };
}

/** Without the query, the host of a whole URL, the prefix that the proxies of tests take off, and the slash that a router takes at the end. */
function barePath(path: string): string {
  const [whole = ''] = path
    .replace(/^https?:\/\/[^/?]*/i, '')
    .replace(/^\/logs(?=\/)/, '')
    .split('?');
  return whole.length > 1 ? whole.replace(/\/$/, '') : '/';
}
