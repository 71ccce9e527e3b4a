import type { AllowedOrigins, Config } from '../../config/config';
import type { PendingBytes } from '../../core/ingest/pending-bytes';
import type { LogLines } from '../../core/lines/log-lines';
import type { Searches } from '../../core/search/searches';
import type { LogStore } from '../../core/store/store';
import type { Digests } from '../../digest/digests';
import type { Meters } from '../../metrics/meters';
import type { WireMeter } from '../../metrics/wire-meter';
import type { WireName } from '../../metrics/wire-name';
import type { Logger } from '../../observe/logger';
import type { ResponseHeaders } from '../headers/content-headers';
import type { StreamLinks } from '../links/stream-links';
import type { Consumers } from '../live/consumers';
import type { ProducerConnections } from '../live/producer-connections';
import type { WireRequest } from './wire-request';

/** One wire format. It parses requests, calls the core or a relay, and renders answers. */
export interface Wire {
  /** In the metrics. */
  readonly name: WireName;
  /** The wire handles the requests of this path and of those below. If it ends in a slash, only of those below. */
  readonly path: string;
  /** The header, in small letters, in which its clients send a token. Default: only `Authorization`. */
  readonly tokenHeader?: string;
  /** A GET takes what it gets, so that it may not come from a foreign page either. */
  readonly takesByGet?: boolean;
  /** The path of a health check, which may name any host: a probe names the address at which it found the process. */
  readonly probePath?: string;
  /** The pages that may use it from a browser. Default: those of `http.allowOrigin`. */
  readonly allowOrigin?: AllowedOrigins;
  /** Every answer carries them. */
  readonly headers?: ResponseHeaders;
  /** Is taken off the path before the wire sees it. */
  readonly stripPrefix?: string | undefined;
  /** The pattern of all of its paths in the metrics. Default: its `Routes` know that of each request. */
  readonly route?: string;
  /** Further fields of a request's line in the log. */
  readonly logFields?: object;
  /** A path as it may be logged. Default: unchanged. */
  loggablePath?(path: string): string;
  /** Answers a request, with its `baseHeaders` among others. What it throws before the head is out is answered as an error; afterwards the connection is cut. */
  handle(request: WireRequest): Promise<void> | void;
}

/** What the operations of a wire of streams work with. */
export interface WireContext {
  readonly store: LogStore;
  readonly lines: LogLines;
  readonly searches: Searches;
  readonly digests: Digests;
  readonly config: Config;
  readonly logger: Logger;
  readonly producers: ProducerConnections;
  readonly consumers: Consumers;
  readonly pending: PendingBytes;
  readonly meters: Meters;
  /** Of the wire itself. */
  readonly meter: WireMeter;
  /** Whether streams have web pages. */
  readonly hasPages: boolean;
  /** `undefined`: the server makes no links. */
  readonly links: StreamLinks | undefined;
  /** Aborts when the server stops. */
  readonly stopping: AbortSignal;
}

/** Opens a wire. */
export type OpenWire = (context: WireContext) => Wire;
