import type { IncomingMessage } from 'node:http';
import Router, { type Layer, type RouterContext } from '@koa/router';
import Koa from 'koa';
import { registerLayer } from '../../node-internals/route-layer';
import { methodNotAllowed, routeNotFound } from '../errors/shared-errors';
import type { WireRequest } from './wire-request';

interface State {
  request: WireRequest;
}

/** The context of a request that Koa answers. */
export type WholeContext = RouterContext<State>;

/** @param segments the variable parts of the path, still percent-encoded */
type StreamingHandler = (request: WireRequest, segments: readonly string[]) => Promise<void>;

/** A request that Koa is answering. */
interface Call {
  readonly request: WireRequest;
  reject(error: unknown): void;
}

interface StreamingRoute {
  readonly layer: Layer<State>;
  readonly handle: StreamingHandler;
}

/** The routes of a wire. Koa answers those of `whole`. The others stream: Koa would keep 4.5 KiB for each consumer at a tail. */
export class Routes {
  readonly whole = new Router<State>({ sensitive: true });
  readonly #streaming: StreamingRoute[] = [];
  readonly #answer = answererOf(this.whole);

  /** @param isPublic which requests need no token. Default: none */
  constructor(private readonly isPublic: (request: WireRequest) => boolean = () => false) {}

  stream(methods: string[], path: string, handle: StreamingHandler): void {
    this.#streaming.push({ layer: registerLayer(this.whole, path, methods), handle });
  }

  /** @throws RequestError `UNAUTHENTICATED`, `TOKEN_INVALID`, `NOT_FOUND`, `METHOD_NOT_ALLOWED`; what a route throws */
  handle(request: WireRequest): Promise<void> {
    if (!this.isPublic(request)) request.principal();
    const { method = '' } = request.req;
    for (const { layer, handle } of this.#streaming) {
      const [whole, ...segments] = (layer.methods.includes(method) && layer.regexp.exec(request.path)) || [];
      if (whole === undefined) continue;
      request.record.route = String(layer.path);
      return handle(request, segments);
    }
    return this.#answer(request);
  }
}

/** @returns has Koa answer a request by `router`; rejects with what the route throws */
function answererOf(router: Router<State>): (request: WireRequest) => Promise<void> {
  const calls = new WeakMap<IncomingMessage, Call>();
  const app = new Koa<State>();
  // Clients that leave in the middle are everyday life; the front door logs everything else.
  app.silent = true;
  app.use(async (ctx, next) => {
    const call = calls.get(ctx.req);
    if (call === undefined) return;
    ctx.state.request = call.request;
    ctx.set(call.request.baseHeaders);
    try {
      await next();
      noteRoute(ctx, call.request);
      assertAnswered(ctx);
    } catch (error) {
      noteRoute(ctx, call.request);
      ctx.respond = false;
      // Koa has set that of a status which the answer need not have.
      ctx.res.statusMessage = '';
      call.reject(error);
    }
  });
  app.use(router.routes());
  app.use(router.allowedMethods());
  const answer = app.callback();
  return (request) =>
    new Promise((resolve, reject) => {
      calls.set(request.req, { request, reject });
      answer(request.req, request.res).then(resolve, reject);
    });
}

function noteRoute({ routerPath }: Koa.Context, { record }: WireRequest): void {
  if (typeof routerPath === 'string') record.route = routerPath;
}

/** The router passes on what it has no route for, and takes unknown methods for 501 on any path. @throws RequestError */
function assertAnswered(ctx: Koa.Context): void {
  if (ctx.body !== undefined) return;
  const allowed = ctx.response.get('Allow');
  const isRefused = ctx.status === 405 || ctx.status === 501;
  if (isRefused && allowed !== '') throw methodNotAllowed(ctx.method, allowed);
  if (isRefused || ctx.status === 404) throw routeNotFound(ctx.path);
}
