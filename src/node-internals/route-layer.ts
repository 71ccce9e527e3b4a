import type Router from '@koa/router';
import type { Layer } from '@koa/router';

/** Registers a route that Koa does not answer, for 405, `Allow` and OPTIONS. @returns the layer, which @koa/router does not document */
export function registerLayer<State>(router: Router<State>, path: string, methods: string[]): Layer<State> {
  router.register(path, methods, () => {});
  const layer = router.stack.at(-1);
  if (layer === undefined) throw new Error(`@koa/router has no layer for ${path}`);
  return layer;
}
