import type { IncomingMessage } from 'node:http';
import type { Config } from '../../config/config';
import type { CamaSession } from '../../relay/cama/cama-queues';
import { openCama } from '../../relay/cama/open-cama';
import { HeldRequest } from '../../relay/match/held-request';
import { methodNotAllowed } from '../errors/method-not-allowed';
import { RequestError } from '../errors/request-error';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { assertIdentityEncoding } from '../headers/codings';
import { isViaTls } from '../headers/via-tls';
import { answer } from './answer';
import { type CamaContext, receiveMessage, sendMessage } from './messages';
import { clientAddress, isSameAddress, parseAddress } from './peer-address';
import { hashOf, newSecret, presentsToken, renderCookie } from './token';

const PATH = /^\/cama\/session(?:\/([\w=-]{1,200}))?\/?$/;

/** cama: a host and a guest send each other messages by way of a session. */
export const cama: OpenRelaySystem = async ({ relay, config }) => {
  const settings = config.cama;
  const { queues, matchmaker } = openCama(relay, settings.sessions, config.relay.waiting);
  const operations = new Operations(
    { places: queues, meeting: matchmaker, stalledMs: config.http.consumerTimeout },
    settings,
  );
  return {
    name: 'cama',
    path: '/cama',
    stripPrefix: '',
    loggablePath: (path) => path.replace(/^(\/cama\/session\/[\w-]{6})[\w=-]+/, '$1…'),
    handle: (request) => operations.handle(request),
    drain: () => matchmaker.drain(),
    async close() {
      matchmaker.close();
      queues.close();
    },
  };
};

class Operations {
  constructor(
    private readonly sessions: CamaContext,
    private readonly settings: Config['cama'],
  ) {}

  async handle(request: RelayRequest): Promise<void> {
    const { req, res, path } = request;
    const [whole, id] = PATH.exec(path) ?? [];
    if (whole === undefined) throw new RequestError('NOT_FOUND', `There is nothing at ${path}`);
    const side = new HeldRequest(req, res);
    if (id === undefined) {
      if (req.method !== 'PUT') throw methodNotAllowed(req.method, 'PUT');
      request.authorize();
      return this.#allocate(request, side);
    }
    const session = await this.sessions.places.session(id);
    if (session === undefined) {
      return answer(side, 404, { 'Set-Cookie': this.#cookie(req, id) }, 'no such session');
    }
    return this.#operate(request, side, session);
  }

  async #operate(request: RelayRequest, side: HeldRequest, session: CamaSession): Promise<void> {
    const { req } = request;
    const isHost = presentsToken(req, session.tokenHash);
    if (!isHost && !this.#admits(request, session)) return answer(side, 403, {}, 'not permitted');
    const timeoutMs = this.#timeoutOf(request);
    switch (req.method) {
      case 'GET':
        return receiveMessage(this.sessions, { side, session, sender: isHost ? 'guest' : 'host', timeoutMs });
      case 'POST':
        assertIdentityEncoding(req);
        return sendMessage(this.sessions, { side, session, sender: isHost ? 'host' : 'guest', timeoutMs });
      case 'PUT':
        return isHost
          ? this.#permit(request, side, session)
          : answer(side, 403, {}, 'only the host may do this');
      case 'DELETE':
        return isHost ? this.#deallocate(side, session) : answer(side, 403, {}, 'only the host may do this');
      default:
        throw methodNotAllowed(req.method, 'GET, POST, PUT, DELETE');
    }
  }

  async #allocate({ req, query }: RelayRequest, side: HeldRequest): Promise<void> {
    const isSecure = req.headers['x-type'] === 'secure' || query.get('secure') === 'true';
    const { sessionLifetime, externalPath } = this.settings;
    const lifetimeMs = Math.min(millisecondsIn(query.get('timeout')) ?? sessionLifetime, sessionLifetime);
    const [id, token, expiresAt] = [newSecret(), newSecret(), Date.now() + lifetimeMs];
    const session = { id, tokenHash: hashOf(token), isSecure, expiresAt };
    if (!(await this.sessions.places.create(session))) {
      throw new RequestError('TOO_MANY_WAITING', 'There are too many sessions');
    }
    answer(side, 201, {
      Location: `${externalPath}/cama/session/${id}`,
      'Set-Cookie': this.#cookie(req, id, token, expiresAt),
      'X-Type': isSecure ? 'secure' : 'basic',
    });
  }

  async #permit({ req }: RelayRequest, side: HeldRequest, session: CamaSession): Promise<void> {
    const peer = parseAddress(String(req.headers['x-peer-address'] ?? ''));
    if (peer === undefined) return answer(side, 400, {}, 'X-Peer-Address must be an IP address');
    await this.sessions.places.permit(session.id, peer);
    answer(side, 200);
  }

  async #deallocate(side: HeldRequest, { id }: CamaSession): Promise<void> {
    await this.sessions.places.remove(id);
    answer(side, 200, { 'Set-Cookie': this.#cookie(side.req, id) });
  }

  /** Of a secure session's guests, only the one at the permitted address takes part. */
  #admits({ req }: RelayRequest, { isSecure, peer }: CamaSession): boolean {
    if (!isSecure) return true;
    const client = clientAddress(req, this.settings.trustProxy);
    return peer !== undefined && client !== undefined && isSameAddress(peer, client);
  }

  #timeoutOf({ req, query }: RelayRequest): number {
    const { requestTimeout, requestTimeoutMax } = this.settings;
    const asked = millisecondsIn(String(req.headers['x-timeout'] ?? query.get('timeout') ?? ''));
    return asked === undefined ? requestTimeout : Math.min(asked, requestTimeoutMax);
  }

  /** Without a token and a time it takes the cookie away. */
  #cookie(req: IncomingMessage, id: string, token = '', expiresAt = 0): string {
    const path = `${this.settings.externalPath}/cama/session/${id}`;
    return renderCookie({ token, path, expiresAt, viaTls: isViaTls(req) });
  }
}

/** A positive number of seconds, in milliseconds. */
function millisecondsIn(seconds: string | null): number | undefined {
  const found = seconds !== null && /^\d{1,9}(\.\d{1,3})?$/.test(seconds) ? Number(seconds) * 1_000 : 0;
  return found > 0 ? found : undefined;
}
