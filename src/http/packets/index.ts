import type { Warn } from '../../core/store/warnings';
import { openPacketProxy } from '../../relay/packets/open-packet-proxy';
import { methodNotAllowed, routeNotFound } from '../errors/shared-errors';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { exchangePackets } from './exchange-packets';
import { handleLogin } from './login';
import type { PacketWireContext } from './packet-context';
import { WaitingRequests } from './waiting-requests';

const QUIET_MS = 10_000;

type Operation = (request: RelayRequest, wire: PacketWireContext) => Promise<void>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/': exchangePackets,
  '/auth': (request, wire) => handleLogin(request, wire, 'Auth'),
  '/register': (request, wire) => handleLogin(request, wire, 'Register'),
};

/** The packet proxy: `POST /` exchanges packets between clients and the servers behind it. */
export const packets: OpenRelaySystem = async ({ context, options, config, logger }) => {
  const warn = limitWarnings((message, details = {}) => logger.warn(details, `packets: ${message}`));
  const settings = config.packets;
  const proxy = await openPacketProxy(context, settings, warn);
  const waiting = new WaitingRequests(options.waitersMax);
  const pace = { slackMs: settings.timeout, bytesPerSecond: config.http.bodyRate };
  const body = { bytes: settings.packetBytes, pace };
  const wire: PacketWireContext = { proxy, settings, waiting, body };
  const running = new Set<Promise<void>>();
  return {
    path: '/packets',
    stripPrefix: '/packets',
    async handle(request) {
      const work = operationOf(request)(request, wire);
      running.add(work);
      await work.finally(() => running.delete(work));
    },
    waiting: () => waiting.size,
    async drain() {
      waiting.abortAll();
      // The store closes only after it is recorded whether the packets in flight have arrived.
      await Promise.all([proxy.stop(), Promise.allSettled(running)]);
    },
    close: () => proxy.close(),
  };
};

/** @throws RequestError */
function operationOf({ path, req }: RelayRequest): Operation {
  const operation = Object.hasOwn(OPERATIONS, path) ? OPERATIONS[path] : undefined;
  if (operation === undefined) throw routeNotFound(path);
  if (req.method !== 'POST') throw methodNotAllowed(req.method, 'POST');
  return operation;
}

/** Passes on the same message at most once in ten seconds: with an upstream down, each packet causes it. */
function limitWarnings(warn: Warn): Warn {
  const lastWarned = new Map<string, number>();
  return (message, details) => {
    const now = performance.now();
    if (now - (lastWarned.get(message) ?? Number.NEGATIVE_INFINITY) < QUIET_MS) return;
    lastWarned.set(message, now);
    warn(message, details);
  };
}
