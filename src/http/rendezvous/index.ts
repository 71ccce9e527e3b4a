import { randomUUID } from 'node:crypto';
import { HeldRequest } from '../../relay/match/held-request';
import { type OpenedRelay, openRelay } from '../../relay/queues/open-relay';
import { MemoryRendezvous } from '../../relay/rendezvous/memory-rendezvous';
import { RedisRendezvous } from '../../relay/rendezvous/redis-rendezvous';
import type { RendezvousQueues, RendezvousStatus } from '../../relay/rendezvous/rendezvous-queues';
import { readWholeBody, type WholeBodyLimits } from '../body/whole-body';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { jsonBody } from '../json/json-body';
import { jsonList } from '../json/json-list';
import { parseCustomHeaders } from './custom-headers';
import {
  invalidBody,
  NO_ROUTE,
  sendRendezvousError,
  TOO_MANY_STREAMS,
  UNKNOWN_STREAM,
} from './rendezvous-errors';
import { report } from './report';
import { download, upload } from './transfer';

const PATH = /^\/(?:(ping)|stream(?:\/([\w-]+)(?:\/(status|error))?)?)\/?$/;

const JSON_TYPE = { 'Content-Type': 'application/json' };
const LINE_FEED = Buffer.from('\n');

/** HTTP-Rendezvous: one PUT and one GET of the same stream are matched, once. */
export const rendezvous: OpenRelaySystem = async ({ context, options, config }) => {
  const settings = config.rendezvous;
  const relay = openRelay<RendezvousQueues>(
    context,
    {
      memory: (listener) => new MemoryRendezvous(settings, listener),
      redis: (redis, listener) => new RedisRendezvous(redis, settings, listener),
    },
    // A stream is for one transfer and ends with it.
    { ...options, requeues: false },
  );
  const { bodyTimeout, bodyRate } = config.http;
  const routes = new Routes(relay, {
    listed: settings.listed,
    body: { bytes: settings.bodyBytes, pace: { slackMs: bodyTimeout, bytesPerSecond: bodyRate } },
  });
  return {
    ...relay,
    path: '/rendezvous',
    stripPrefix: '/rendezvous',
    loggablePath: (path) => path.replace(/^(\/stream\/[\w-]{8})[\w-]+/, '$1…'),
    handle: (request) => routes.handle(request),
  };
};

class Routes {
  constructor(
    private readonly relay: OpenedRelay<RendezvousQueues>,
    private readonly settings: { readonly body: WholeBodyLimits; readonly listed: boolean },
  ) {}

  async handle(request: RelayRequest): Promise<void> {
    const { req, res, path } = request;
    const held = new HeldRequest(req, res);
    const [whole, ping, id, below] = PATH.exec(path) ?? [];
    const route = `${req.method} ${ping ?? below ?? (id === undefined ? 'streams' : 'stream')}`;
    if (whole === undefined) return sendRendezvousError(held, NO_ROUTE);
    if (id !== undefined) return this.#handleOne(request, held, route, id);
    switch (route) {
      case 'GET ping':
        return held.reply(200, { 'Content-Type': 'text/plain' }, 'pong');
      case 'POST streams':
        request.authorize();
        return this.#create(request, held);
      case 'GET streams':
        request.authorize();
        return this.settings.listed ? this.#list(held) : sendRendezvousError(held, NO_ROUTE);
      default:
        return sendRendezvousError(held, NO_ROUTE);
    }
  }

  async #handleOne(request: RelayRequest, held: HeldRequest, route: string, id: string): Promise<void> {
    const { req, res, isMounted } = request;
    const { queues } = this.relay;
    switch (route) {
      case 'GET stream':
        return download(this.relay, held, { id, isMounted });
      case 'PUT stream':
        return upload(this.relay, held, { id, isMounted });
      case 'POST error': {
        const body = await readWholeBody(req, res, this.settings.body);
        return report(queues, held, id, body.toString());
      }
      case 'GET status': {
        const status = await queues.status(id);
        return status === undefined
          ? sendRendezvousError(held, UNKNOWN_STREAM)
          : json(held, 200, statusObject(status));
      }
      default:
        return sendRendezvousError(held, NO_ROUTE);
    }
  }

  async #create({ req, res, isMounted }: RelayRequest, held: HeldRequest): Promise<void> {
    const body = (await readWholeBody(req, res, this.settings.body)).toString();
    const id = randomUUID();
    let headers: ReturnType<typeof parseCustomHeaders>;
    try {
      headers = parseCustomHeaders(body, isMounted);
    } catch (error) {
      return sendRendezvousError(held, invalidBody(error instanceof Error ? error.message : String(error)));
    }
    if (await this.relay.queues.create(id, headers)) json(held, 201, { stream: id });
    else sendRendezvousError(held, TOO_MANY_STREAMS);
  }

  async #list(held: HeldRequest): Promise<void> {
    const list = await jsonList(await this.relay.queues.list(), statusObject, held.disconnected);
    held.reply(200, JSON_TYPE, Buffer.concat([...list, LINE_FEED]));
  }
}

function json(held: HeldRequest, status: number, value: object): void {
  held.reply(status, JSON_TYPE, jsonBody(value));
}

function statusObject(status: RendezvousStatus): object {
  const { id, createdAt, deactivatedAt, state, error, headers, bytes } = status;
  return {
    id,
    created_at: new Date(createdAt).toISOString(),
    ...(deactivatedAt !== undefined && { deactivated_at: new Date(deactivatedAt).toISOString() }),
    state,
    active: deactivatedAt === undefined,
    ...(error !== undefined && { error: { name: error.name, message: error.message } }),
    download_headers: headers.download,
    upload_headers: headers.upload,
    bytes_transferred: bytes,
  };
}
