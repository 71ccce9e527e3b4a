import { Routes } from './front/routes';
import type { OpenWire } from './front/wire';
import { jsonBody, setJson } from './json/json-body';
import { versionOfPackage } from './package-version';

/** `/about`: what a client may ask before it does anything: the version, the kind of store, and what its own token allows. */
export const about: OpenWire = ({ config }) => {
  const routes = new Routes();
  const version = versionOfPackage();
  // The rest of the URL may hold a password.
  const store = config.store.replace(/:.*/s, '');
  routes.whole.get('/about', (ctx) => {
    const { kind, scopes, prefix } = ctx.state.request.principal();
    ctx.set('Cache-Control', 'no-store');
    setJson(
      ctx,
      jsonBody({
        name: 'loom',
        version,
        store,
        tokens: kind !== 'anonymous',
        token: { scopes: [...scopes], prefix },
      }),
    );
  });
  return { name: 'about', path: '/about', handle: (request) => routes.handle(request) };
};
