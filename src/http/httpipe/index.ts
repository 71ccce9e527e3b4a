import { channelQueue } from '../../relay/httpipe/httpipe-queues';
import { openHttpipe } from '../../relay/httpipe/open-httpipe';
import { HeldRequest } from '../../relay/match/held-request';
import { methodNotAllowed } from '../errors/method-not-allowed';
import { RequestError } from '../errors/request-error';
import { jsonBody } from '../front/json-body';
import { decodeSegment } from '../front/path-segment';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { assertIdentityEncoding } from '../headers/codings';
import { type HttpipeContext, receiveFromChannel, sendToChannel } from './channel';

const PATH = /^\/channels\/([^/]+)(?:\/([^/]+))?\/?$/;

/** httpipe: a POST and a GET of the same channel meet, in the order in which they come. */
export const httpipe: OpenRelaySystem = async ({ relay, config }) => {
  const { queues, matchmaker } = openHttpipe(relay, config.relay.waiting);
  const { requestTimeout } = config.httpipe;
  const channels: HttpipeContext = {
    places: queues,
    meeting: matchmaker,
    timeoutMs: requestTimeout,
    stalledMs: config.http.consumerTimeout,
  };
  return {
    name: 'httpipe',
    path: '/channels',
    stripPrefix: '',
    loggablePath: (path) => path,
    handle: (request) => handle(request, channels),
    drain: () => matchmaker.drain(),
    async close() {
      matchmaker.close();
    },
  };
};

async function handle(request: RelayRequest, channels: HttpipeContext): Promise<void> {
  request.authorize();
  const { req, res, path } = request;
  const [whole, first = '', second] = PATH.exec(path) ?? [];
  if (whole === undefined) throw new RequestError('NOT_FOUND', `There is nothing at ${path}`);
  const side = new HeldRequest(req, res);
  const namespace = decodeSegment(first, 'namespace');
  if (second === undefined) return handleNamespace(side, channels, namespace);
  const channel = decodeSegment(second, 'channel');
  switch (req.method) {
    case 'POST':
      assertIdentityEncoding(req);
      return sendToChannel(side, channels, channelQueue(namespace, channel));
    case 'GET':
      return receiveFromChannel(side, channels, channelQueue(namespace, channel));
    case 'DELETE':
      await channels.places.destroy(namespace, channel);
      return side.reply(200);
    default:
      // HEAD in particular: answered like GET, it would take a message and throw it away.
      throw methodNotAllowed(req.method, 'GET, POST, DELETE');
  }
}

async function handleNamespace(
  side: HeldRequest,
  { places }: HttpipeContext,
  namespace: string,
): Promise<void> {
  switch (side.req.method) {
    case 'GET': {
      if (namespace === 'namespaces') return list(side, await places.namespaces());
      const names = await places.channels(namespace);
      if (names.length === 0) throw new RequestError('CHANNEL_NOT_FOUND', 'The namespace has no channels');
      return list(side, names);
    }
    case 'DELETE':
      await places.destroy(namespace);
      return side.reply(200);
    default:
      throw methodNotAllowed(side.req.method, 'GET, DELETE');
  }
}

function list(side: HeldRequest, names: readonly string[]): void {
  side.reply(200, { 'Content-Type': 'application/json' }, jsonBody(names));
}
