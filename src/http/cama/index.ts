import type { Config } from '../../config/config';
import {
  type CamaQueues,
  type CamaSession,
  type Direction,
  directionQueue,
} from '../../relay/cama/cama-queues';
import { MemoryCama } from '../../relay/cama/memory-cama';
import { RedisCama } from '../../relay/cama/redis-cama';
import { HeldRequest } from '../../relay/match/held-request';
import { type OpenedRelay, openRelay } from '../../relay/queues/open-relay';
import { RequestError } from '../errors/request-error';
import { methodNotAllowed, routeNotFound } from '../errors/shared-errors';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { assertIdentityEncoding } from '../headers/codings';
import { answer } from './answer';
import { receiveMessage, sendMessage } from './messages';
import { isSameAddress, parsePeerAddress } from './peer-address';
import { hashOf, newSecret, presentsToken, renderCookie } from './token';

const PATH = /^\/cama\/session(?:\/([\w=-]{1,200}))?\/?$/;

/** cama: a host and a guest send messages to each other through a session. */
export const cama: OpenRelaySystem = async ({ context, options, config }) => {
  const settings = config.cama;
  const relay = openRelay<CamaQueues>(
    context,
    {
      memory: (listener) => new MemoryCama(settings.sessions, listener),
      redis: (redis, listener) => new RedisCama(redis, settings.sessions, listener),
    },
    { ...options, requeues: true },
  );
  const operations = new Operations(relay, settings);
  return {
    ...relay,
    path: '/cama',
    loggablePath: (path) => path.replace(/^(\/cama\/session\/[\w-]{6})[\w=-]+/, '$1…'),
    handle: (request) => operations.handle(request),
  };
};

class Operations {
  constructor(
    private readonly relay: OpenedRelay<CamaQueues>,
    private readonly settings: Config['cama'],
  ) {}

  async handle(request: RelayRequest): Promise<void> {
    const { req, res, path } = request;
    const [whole, id] = PATH.exec(path) ?? [];
    if (whole === undefined) throw routeNotFound(path);
    const held = new HeldRequest(req, res);
    if (id === undefined) {
      if (req.method !== 'PUT') throw methodNotAllowed(req.method, 'PUT');
      request.authorize();
      return this.#allocate(request, held);
    }
    const session = await this.relay.queues.session(id);
    if (session === undefined) {
      return answer(held, 404, { 'Set-Cookie': this.#cookie(request, id) }, 'no such session');
    }
    return this.#operate(request, held, session);
  }

  async #operate(request: RelayRequest, held: HeldRequest, session: CamaSession): Promise<void> {
    const { req } = request;
    const isHost = presentsToken(req, session.tokenHash);
    if (!isHost && !this.#admits(request, session)) return answer(held, 403, {}, 'not permitted');
    const { matchmaker } = this.relay;
    const queueFrom = (sender: Direction): string => directionQueue(session.id, sender);
    const timeoutMs = this.#timeoutOf(request);
    switch (req.method) {
      case 'GET':
        return receiveMessage(matchmaker, held, { queue: queueFrom(isHost ? 'guest' : 'host'), timeoutMs });
      case 'POST':
        assertIdentityEncoding(req);
        return sendMessage(matchmaker, held, { queue: queueFrom(isHost ? 'host' : 'guest'), timeoutMs });
      case 'PUT':
        return isHost
          ? this.#permit(request, held, session)
          : answer(held, 403, {}, 'only the host may do this');
      case 'DELETE':
        return isHost
          ? this.#deallocate(request, held, session)
          : answer(held, 403, {}, 'only the host may do this');
      default:
        throw methodNotAllowed(req.method, 'GET, POST, PUT, DELETE');
    }
  }

  async #allocate(request: RelayRequest, held: HeldRequest): Promise<void> {
    const { req, query } = request;
    const isSecure = req.headers['x-type'] === 'secure' || query.get('secure') === 'true';
    const { sessionLifetime, externalPath } = this.settings;
    const lifetimeMs = Math.min(millisecondsIn(query.get('timeout')) ?? sessionLifetime, sessionLifetime);
    const [id, token, expiresAt] = [newSecret(), newSecret(), Date.now() + lifetimeMs];
    const session = { id, tokenHash: hashOf(token), isSecure, expiresAt };
    if (!(await this.relay.queues.create(session))) {
      throw new RequestError('TOO_MANY_WAITING', 'There are too many sessions');
    }
    answer(held, 201, {
      Location: `${externalPath}/cama/session/${id}`,
      'Set-Cookie': this.#cookie(request, id, token, expiresAt),
      'X-Type': isSecure ? 'secure' : 'basic',
    });
  }

  async #permit({ req }: RelayRequest, held: HeldRequest, session: CamaSession): Promise<void> {
    const peer = parsePeerAddress(String(req.headers['x-peer-address'] ?? ''));
    if (peer === undefined) return answer(held, 400, {}, 'X-Peer-Address must be an IP address');
    await this.relay.queues.permit(session.id, peer);
    answer(held, 200);
  }

  async #deallocate(request: RelayRequest, held: HeldRequest, { id }: CamaSession): Promise<void> {
    await this.relay.queues.remove(id);
    answer(held, 200, { 'Set-Cookie': this.#cookie(request, id) });
  }

  /** A secure session admits only the guest at the permitted address. */
  #admits({ clientAddress: client }: RelayRequest, { isSecure, peer }: CamaSession): boolean {
    if (!isSecure) return true;
    return peer !== undefined && client !== undefined && isSameAddress(peer, client);
  }

  #timeoutOf({ req, query }: RelayRequest): number {
    const { requestTimeout, requestTimeoutMax } = this.settings;
    const asked = millisecondsIn(String(req.headers['x-timeout'] ?? query.get('timeout') ?? ''));
    return asked === undefined ? requestTimeout : Math.min(asked, requestTimeoutMax);
  }

  /** Without a token and a time, it deletes the cookie. */
  #cookie({ isViaTls }: RelayRequest, id: string, token = '', expiresAt = 0): string {
    const path = `${this.settings.externalPath}/cama/session/${id}`;
    return renderCookie({ token, path, expiresAt, viaTls: isViaTls });
  }
}

/** A positive number of seconds, in milliseconds. */
function millisecondsIn(seconds: string | null): number | undefined {
  const found = seconds !== null && /^\d{1,9}(\.\d{1,3})?$/.test(seconds) ? Number(seconds) * 1_000 : 0;
  return found > 0 ? found : undefined;
}
