import Router from '@koa/router';
import { FrontDoor } from '../../src/http/front/front-door';
import { createLogger } from '../../src/observe/logger';
import { startServer } from '../../src/server';
import { configFrom } from '../support/config';
import { ExamplePaths } from './example-paths';
import { METHODS, readOpenapi } from './watch/openapi-document';

interface Route {
  readonly path: string;
  readonly methods: readonly string[];
}

const document = readOpenapi();

/** A server with everything. Requests of relays wait for no other side. */
const CONFIG = configFrom({
  store: 'memory:',
  port: 0,
  httpipe: { requestTimeout: '100ms' },
  cama: { requestTimeout: '100ms' },
});
const ENDLESS = ['/spy', '/events'];

describe('openapi.yaml and the routes of the server', () => {
  const routes: Route[] = [];
  const wires: string[] = [];
  let server: Awaited<ReturnType<typeof startServer>>;
  beforeAll(async () => {
    const { register } = Router.prototype;
    jest.spyOn(Router.prototype, 'register').mockImplementation(function (this: Router, ...args) {
      const [path, methods] = args;
      for (const one of [path].flat()) routes.push({ path: String(one), methods });
      return register.apply(this, args);
    });
    const { listenerOf } = FrontDoor.prototype;
    jest.spyOn(FrontDoor.prototype, 'listenerOf').mockImplementation(function (this: FrontDoor, given) {
      wires.push(...given.map(({ path }) => path));
      return listenerOf.call(this, given);
    });
    server = await startServer(CONFIG, createLogger({ level: 'silent', format: 'json' }));
  });
  afterAll(async () => {
    await server.close();
    jest.restoreAllMocks();
  });

  it('every route of the server is in the document', () => {
    expect(routes.length).toBeGreaterThan(10);
    const documented = new Set(
      Object.entries(document.paths).flatMap(([path, item]) =>
        Object.keys(item).map((method) => `${method} ${path}`),
      ),
    );
    const missing = routes
      .flatMap(({ path, methods }) =>
        methods.map((method) => `${method.toLowerCase()} ${path.replaceAll(/:(\w+)/g, '{$1}')}`),
      )
      .filter((route) => !documented.has(route));
    expect(missing).toEqual([]);
  });

  it('every wire of the server is in the document', () => {
    const paths = Object.keys(document.paths);
    expect(
      wires.filter(
        (wire) =>
          !paths.some((path) => path === wire || path.startsWith(wire.endsWith('/') ? wire : `${wire}/`)),
      ),
    ).toEqual([]);
  });

  it.each(Object.keys(document.paths))(
    'the server takes exactly the documented methods at %s',
    async (path) => {
      const item = document.paths[path] ?? {};
      for (const method of METHODS) {
        const isDocumented =
          item[method] !== undefined || (method === 'head' && item.get?.['x-head'] === true);
        // A router lists its methods in answers to OPTIONS. That is the same everywhere.
        if (method === 'options' && !isDocumented) continue;
        expect([method, await isTaken(method, path)]).toEqual([method, isDocumented]);
      }
    },
  );

  /** Whether a request is taken: neither the path nor the method is refused. */
  async function isTaken(method: string, path: string): Promise<boolean> {
    const url = server.url + (await new ExamplePaths(document, server.url).fill(path));
    const headers = { Accept: path === '/' ? 'text/html' : '*/*' };
    const response = await fetch(url, { method: method.toUpperCase(), headers });
    const code = method === 'head' || ENDLESS.includes(path) ? '' : await response.text();
    if (!response.bodyUsed) await response.body?.cancel();
    if (response.status !== 404) return response.status !== 405;
    return method !== 'head' && !/route_not_found|BadRouteError/.test(code);
  }
});
