import type { ServerOptions } from 'node:http';
import type { Config } from '../../config/config';
import { ReusableResponse } from '../../node-internals/parked-connection';

/** After so long without a packet the kernel probes whether the peer is still there. */
const PROBE_AFTER_MS = 30_000;

/** How often Node looks for heads that take too long. Its default of 30 s would let them take twice the time allowed. */
const HEADS_CHECKED_EVERY_MS = 1_000;

/** What Node is to do with a connection. */
export function serverOptions({ http, limits }: Pick<Config, 'http' | 'limits'>): ServerOptions {
  return {
    ServerResponse: ReusableResponse,
    // A body may take hours. Node's own limit would count the whole request, and cut uploads after five minutes.
    requestTimeout: 0,
    headersTimeout: http.headersTimeout,
    connectionsCheckingInterval: HEADS_CHECKED_EVERY_MS,
    keepAliveTimeout: http.keepAliveTimeout,
    maxHeaderSize: limits.headerBytes,
    // The front door refuses a request without a Host, with an error like any other.
    requireHostHeader: false,
    keepAlive: true,
    keepAliveInitialDelay: PROBE_AFTER_MS,
    noDelay: true,
  };
}
