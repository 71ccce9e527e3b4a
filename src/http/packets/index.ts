import { join } from 'node:path';
import type { Config } from '../../config/config';
import { openPacketStore } from '../../relay/packets/open-packet-store';
import { PacketProxy, type PacketProxyOptions } from '../../relay/packets/packet-proxy';
import type { PacketLimits } from '../../relay/packets/store/packet-store';
import { methodNotAllowed, routeNotFound } from '../errors/shared-errors';
import type { OpenRelaySystem, RelayRequest } from '../front/relay-system';
import { exchangePackets } from './exchange-packets';
import { limitWarnings } from './limit-warnings';
import { handleLogin } from './login';
import type { PacketWireContext } from './packet-context';
import { WaitingRequests } from './waiting-requests';

type Operation = (request: RelayRequest, wire: PacketWireContext) => Promise<void>;

const OPERATIONS: Readonly<Record<string, Operation>> = {
  '/': exchangePackets,
  '/auth': (request, wire) => handleLogin(request, wire, 'Auth'),
  '/register': (request, wire) => handleLogin(request, wire, 'Register'),
};

/** The packet proxy: clients exchange packets with the servers behind it by `POST /`. */
export const packets: OpenRelaySystem = async ({ context: relay, options, config, logger }) => {
  const warn = limitWarnings((message, details) => logger.warn(details, `packets: ${message}`));
  const directory = relay.directory === undefined ? undefined : join(relay.directory, 'packets');
  const store = await openPacketStore({ ...relay, directory }, limitsOf(config), warn);
  const proxy = new PacketProxy(store, optionsOf(config, warn));
  const waiting = new WaitingRequests(options.waitersMax);
  const pace = { slackMs: config.packets.timeout, bytesPerSecond: config.http.bodyRate };
  const body = { bytes: config.packets.packetBytes, pace };
  const wire: PacketWireContext = { proxy, settings: config.packets, waiting, body };
  const running = new Set<Promise<void>>();
  return {
    path: '/packets',
    stripPrefix: '/packets',
    async handle(request) {
      const work = operationOf(request)(request, wire);
      running.add(work);
      await work.finally(() => running.delete(work));
    },
    async drain() {
      waiting.abortAll();
      // What becomes of packets that are being handed out is recorded before the store is closed.
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

function limitsOf({ packets: settings }: Config): PacketLimits {
  return {
    clientPackets: settings.clientBuffer,
    clientBytes: settings.clientBytes,
    upstreamPackets: settings.upstreamBuffer,
    upstreamBytes: settings.upstreamBytes,
    clients: settings.clients,
    tokenLifetimeMs: settings.tokenLifetime,
  };
}

function optionsOf({ packets: settings }: Config, warn: PacketProxyOptions['warn']): PacketProxyOptions {
  return {
    upstreams: settings.upstreams,
    retryDelayMs: settings.retryDelay,
    pollIntervalMs: settings.pollInterval,
    timeoutMs: settings.timeout,
    upstreamRequests: settings.upstreamRequests,
    packetBytes: settings.packetBytes,
    warn,
  };
}
