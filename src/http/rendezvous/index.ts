import { randomUUID } from 'node:crypto';
import { HeldRequest } from '../../relay/match/held-request';
import { openRendezvous } from '../../relay/rendezvous/open-rendezvous';
import { readWholeBody, type WholeBodyLimits } from '../body/whole-body';
import { jsonBody } from '../front/json-body';
import { jsonList } from '../front/json-list';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { parseCustomHeaders } from './custom-headers';
import {
  invalidBody,
  NO_ROUTE,
  sendRendezvousError,
  TOO_MANY_STREAMS,
  UNKNOWN_STREAM,
} from './rendezvous-errors';
import { report } from './report';
import { statusObject } from './status-object';
import { download, type RendezvousContext, upload } from './transfer';

const PATH = /^\/(?:(ping)|stream(?:\/([\w-]+)(?:\/(status|error))?)?)\/?$/;

const JSON_TYPE = { 'Content-Type': 'application/json' };
const LINE_FEED = Buffer.from('\n');

/** HTTP-Rendezvous: one PUT and one GET of the same stream meet, once. */
export const rendezvous: OpenRelaySystem = async ({ relay, config }) => {
  const settings = config.rendezvous;
  const options = {
    lifetimeMs: settings.lifetime,
    retentionMs: settings.retention,
    streamsMax: settings.streams,
  };
  const { queues, matchmaker } = openRendezvous(relay, options, config.relay.waiting);
  const { consumerTimeout, bodyTimeout, bodyRate } = config.http;
  const streams = { places: queues, meeting: matchmaker, stalledMs: consumerTimeout };
  const routes = new Routes(streams, {
    listed: settings.listed,
    body: { bytes: settings.bodyBytes, pace: { slackMs: bodyTimeout, bytesPerSecond: bodyRate } },
  });
  return {
    name: 'rendezvous',
    path: '/rendezvous',
    stripPrefix: '/rendezvous',
    loggablePath: (path) => path.replace(/^(\/stream\/[\w-]{8})[\w-]+/, '$1…'),
    handle: (request) => routes.handle(request),
    drain: () => matchmaker.drain(),
    async close() {
      matchmaker.close();
      queues.close();
    },
  };
};

class Routes {
  constructor(
    private readonly streams: RendezvousContext,
    private readonly settings: { readonly body: WholeBodyLimits; readonly listed: boolean },
  ) {}

  async handle(request: RelayRequest): Promise<void> {
    const { req, res, path } = request;
    const side = new HeldRequest(req, res);
    const [whole, ping, id, below] = PATH.exec(path) ?? [];
    const route = `${req.method} ${ping ?? below ?? (id === undefined ? 'streams' : 'stream')}`;
    if (whole === undefined) return sendRendezvousError(side, NO_ROUTE);
    if (id !== undefined) return this.#handleOne(request, side, route, id);
    switch (route) {
      case 'GET ping':
        return side.reply(200, { 'Content-Type': 'text/plain' }, 'pong');
      case 'POST streams':
        request.authorize();
        return this.#create(request, side);
      case 'GET streams':
        request.authorize();
        return this.settings.listed ? this.#list(side) : sendRendezvousError(side, NO_ROUTE);
      default:
        return sendRendezvousError(side, NO_ROUTE);
    }
  }

  async #handleOne(request: RelayRequest, side: HeldRequest, route: string, id: string): Promise<void> {
    const { req, res, isMounted } = request;
    const { places } = this.streams;
    switch (route) {
      case 'GET stream':
        return download(side, this.streams, { id, isMounted });
      case 'PUT stream':
        return upload(side, this.streams, { id, isMounted });
      case 'POST error': {
        const body = await readWholeBody(req, res, this.settings.body);
        return report(side, places, id, body.toString());
      }
      case 'GET status': {
        const status = await places.status(id);
        return status === undefined
          ? sendRendezvousError(side, UNKNOWN_STREAM)
          : json(side, 200, statusObject(status));
      }
      default:
        return sendRendezvousError(side, NO_ROUTE);
    }
  }

  async #create({ req, res, isMounted }: RelayRequest, side: HeldRequest): Promise<void> {
    const body = (await readWholeBody(req, res, this.settings.body)).toString();
    const id = randomUUID();
    let headers: ReturnType<typeof parseCustomHeaders>;
    try {
      headers = parseCustomHeaders(body, isMounted);
    } catch (error) {
      return sendRendezvousError(side, invalidBody(error instanceof Error ? error.message : String(error)));
    }
    if (await this.streams.places.create(id, headers)) json(side, 201, { stream: id });
    else sendRendezvousError(side, TOO_MANY_STREAMS);
  }

  async #list(side: HeldRequest): Promise<void> {
    const list = await jsonList(await this.streams.places.list(), statusObject, side.disconnected);
    side.reply(200, JSON_TYPE, Buffer.concat([...list, LINE_FEED]));
  }
}

function json(side: HeldRequest, status: number, value: object): void {
  side.reply(status, JSON_TYPE, jsonBody(value));
}
