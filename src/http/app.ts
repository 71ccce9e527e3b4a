import { setMaxListeners } from 'node:events';
import type { RequestListener } from 'node:http';
import type Router from '@koa/router';
import type { Middleware } from 'koa';
import type { Config } from '../config/config';
import { PendingBytes } from '../core/ingest/pending-bytes';
import type { LogStore } from '../core/store/store';
import type { Logger } from '../observe/logger';
import { Application } from './application';
import { durable } from './durable';
import { authenticate, createAuthenticator } from './front/access';
import { answerErrors } from './front/answer-errors';
import { FrontDoor, type RouteKind } from './front/front-door';
import { createRequestLogger, logRequests } from './front/log-requests';
import { originForm } from './front/origin-form';
import type { Protocol, WireContext } from './front/protocol';
import { type DirectProtocol, serveDirectly } from './front/serve-directly';
import { health, readiness } from './health';
import { Consumers } from './live/consumers';
import { ProducerConnections } from './live/producer-connections';
import { loom } from './loom';
import { spy } from './spy';

const PROTOCOLS: readonly Protocol[] = [loom, spy];
/** Those that answer without Koa. */
const DIRECT_PROTOCOLS: readonly DirectProtocol[] = [durable];
/** A probe names the address at which it found the process, such as that of a pod. */
const PROBED: ReadonlySet<string> = new Set(['/healthz', '/readyz']);

export interface AppDependencies {
  readonly store: LogStore;
  readonly config: Config;
  readonly logger: Logger;
  /** Shared with whatever else brings bytes to the store. Default: one of its own. */
  readonly pending?: PendingBytes;
}

export interface App {
  readonly handler: RequestListener;
  /**
   * Cuts consumers, and producers after their last committed byte, so that both go on elsewhere. Resolves when what the producers
   * left is recorded.
   */
  drain(): Promise<void>;
}

export function createApp({
  store,
  config,
  logger,
  pending = new PendingBytes(config.limits.pendingTotal),
}: AppDependencies): App {
  const stopping = new AbortController();
  // Every producer that waits for the store listens to it. Node would take eleven of them for a leak.
  setMaxListeners(0, stopping.signal);
  const producers = new ProducerConnections(store);
  const consumers = new Consumers();
  const wire: WireContext = {
    store,
    config,
    logger,
    producers,
    consumers,
    pending,
    stopping: stopping.signal,
  };

  const accessOf = createAuthenticator(config.tokens);
  const log = createRequestLogger(logger);
  const app = new Application();
  app.use(logRequests(log));
  app.use(answerErrors(logger));
  app.use(admit(new FrontDoor(config, accessOf)));
  useRoutes(app, health());
  app.use(authenticate(accessOf));
  useRoutes(app, readiness(store, stopping.signal));
  for (const protocol of PROTOCOLS) useRoutes(app, protocol.routes(wire));
  // Clients that leave in the middle are everyday life; `answerErrors` has logged everything else.
  app.silent = true;

  const direct = DIRECT_PROTOCOLS.map((protocol) => ({
    prefix: protocol.prefix,
    handle: serveDirectly(protocol, wire, {
      accessOf,
      log,
      door: new FrontDoor(config, accessOf, protocol.allowOrigin(config)),
    }),
  }));
  const serve = app.callback();

  return {
    handler(req, res) {
      const target = originForm(req.url ?? '/');
      const one = direct.find(({ prefix }) => target.startsWith(prefix));
      return one === undefined ? serve(req, res) : one.handle(req, res);
    },
    async drain() {
      stopping.abort();
      consumers.cutAll();
      await producers.cutAll();
    },
  };
}

/** Another method on one of its routes is answered 405. */
function useRoutes(app: Application, router: Router): void {
  app.use(router.routes());
  app.use(router.allowedMethods());
}

/** Not `async`: that would be one more promise for each request. */
function admit(door: FrontDoor): Middleware {
  return (ctx, next) => {
    const traffic: RouteKind = PROBED.has(ctx.path) ? 'probe' : 'streams';
    if (!door.checkRequest(ctx.req, ctx.res, ctx.state['requestId'], traffic)) return next();
    ctx.respond = false;
    return undefined;
  };
}
