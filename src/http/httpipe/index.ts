import { channelQueue, type HttpipeQueues } from '../../relay/httpipe/httpipe-queues';
import { MemoryHttpipe } from '../../relay/httpipe/memory-httpipe';
import { RedisHttpipe } from '../../relay/httpipe/redis-httpipe';
import { HeldRequest } from '../../relay/match/held-request';
import { openRelay } from '../../relay/queues/open-relay';
import { RequestError } from '../errors/request-error';
import { methodNotAllowed, routeNotFound } from '../errors/shared-errors';
import { decodeSegment } from '../front/path-segment';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { assertIdentityEncoding } from '../headers/codings';
import { jsonBody } from '../json/json-body';
import { receiveFromChannel, sendToChannel } from './channel';

const PATH = /^\/channels\/([^/]+)(?:\/([^/]+))?\/?$/;

/** httpipe: a POST and a GET of the same channel are matched in the order of their arrival. */
export const httpipe: OpenRelaySystem = async ({ context, options, config }) => {
  const relay = openRelay<HttpipeQueues>(
    context,
    {
      memory: (listener) => new MemoryHttpipe(listener),
      redis: (redis, listener) => new RedisHttpipe(redis, listener),
    },
    { ...options, requeues: true },
  );
  const timeoutMs = config.httpipe.requestTimeout;

  const handle = async (request: RelayRequest): Promise<void> => {
    request.authorize();
    const { req, res, path } = request;
    const [whole, first = '', second] = PATH.exec(path) ?? [];
    if (whole === undefined) throw routeNotFound(path);
    const held = new HeldRequest(req, res);
    const namespace = decodeSegment(first, 'namespace');
    if (second === undefined) return handleNamespace(relay.queues, held, namespace);
    const channel = decodeSegment(second, 'channel');
    const queue = channelQueue(namespace, channel);
    switch (req.method) {
      case 'POST':
        assertIdentityEncoding(req);
        return sendToChannel(relay.matchmaker, held, { queue, timeoutMs });
      case 'GET':
        return receiveFromChannel(relay.matchmaker, held, { queue, timeoutMs });
      case 'DELETE':
        await relay.queues.destroy(namespace, channel);
        return held.reply(200);
      default:
        // If HEAD were answered like GET, it would discard a message.
        throw methodNotAllowed(req.method, 'GET, POST, DELETE');
    }
  };
  return { ...relay, path: '/channels', handle };
};

async function handleNamespace(queues: HttpipeQueues, held: HeldRequest, namespace: string): Promise<void> {
  switch (held.req.method) {
    case 'GET': {
      if (namespace === 'namespaces') return replyList(held, await queues.namespaces());
      const names = await queues.channels(namespace);
      if (names.length === 0) throw new RequestError('CHANNEL_NOT_FOUND', 'The namespace has no channels');
      return replyList(held, names);
    }
    case 'DELETE':
      await queues.destroy(namespace);
      return held.reply(200);
    default:
      throw methodNotAllowed(held.req.method, 'GET, DELETE');
  }
}

function replyList(held: HeldRequest, names: readonly string[]): void {
  held.reply(200, { 'Content-Type': 'application/json' }, jsonBody(names));
}
