import type { LogErrorCode } from '../../core/log/errors';
import type { RequestErrorCode } from './request-error';

/** The status of the answer for an error, and the `code` in its body, by which clients decide. */
export interface ErrorTableEntry {
  readonly status: number;
  readonly code: string;
}

/** `INTERNAL` is any error that is neither a `LogError` nor a `RequestError`. */
type ErrorName = LogErrorCode | RequestErrorCode | 'INTERNAL';

/** A `code` never changes its meaning, and `docs/errors.md` explains each. Two errors share a code if a client reacts to both alike. */
export const ERROR_TABLE: Readonly<Record<ErrorName, ErrorTableEntry>> = {
  // The request as HTTP.
  HTTP_MALFORMED: { status: 400, code: 'http_malformed' },
  HEAD_TIMEOUT: { status: 408, code: 'head_timeout' },
  HEADERS_TOO_LARGE: { status: 431, code: 'head_too_large' },
  CHUNK_EXTENSIONS_TOO_LARGE: { status: 413, code: 'chunk_extensions_too_large' },
  TRANSFER_ENCODING_UNSUPPORTED: { status: 501, code: 'transfer_encoding_unsupported' },
  EXPECTATION_UNSUPPORTED: { status: 417, code: 'expectation_unsupported' },
  NOT_FOUND: { status: 404, code: 'route_not_found' },
  METHOD_NOT_ALLOWED: { status: 405, code: 'method_not_allowed' },
  PATH_CHANGED: { status: 400, code: 'path_changed' },

  // Tokens.
  UNAUTHENTICATED: { status: 401, code: 'token_missing' },
  TOKEN_INVALID: { status: 401, code: 'token_invalid' },
  TOKEN_EXPIRED: { status: 401, code: 'token_expired' },
  RATE_LIMITED: { status: 429, code: 'rate_limited' },
  LINK_INVALID: { status: 401, code: 'link_invalid' },
  LINK_KEY_UNKNOWN: { status: 401, code: 'link_key_unknown' },
  LINK_EXPIRED: { status: 401, code: 'link_expired' },
  LINK_OTHER_STREAM: { status: 403, code: 'link_other_stream' },
  LINK_REPLACED: { status: 410, code: 'link_replaced' },
  LINKS_OFF: { status: 501, code: 'links_off' },
  FORBIDDEN: { status: 403, code: 'forbidden' },
  HOST_NOT_ALLOWED: { status: 403, code: 'host_not_allowed' },
  ORIGIN_NOT_ALLOWED: { status: 403, code: 'origin_not_allowed' },

  // What the request says.
  LOG_ID_INVALID: { status: 400, code: 'id_invalid' },
  PARAMETER_INVALID: { status: 400, code: 'parameter_invalid' },
  HEADER_INVALID: { status: 400, code: 'header_invalid' },
  METADATA_INVALID: { status: 400, code: 'metadata_invalid' },
  METADATA_TOO_LARGE: { status: 431, code: 'metadata_too_large' },
  MEDIA_TYPE_UNSUPPORTED: { status: 415, code: 'media_type_unsupported' },
  CONTENT_ENCODING_UNSUPPORTED: { status: 415, code: 'content_encoding_unsupported' },
  PRECONDITION_FAILED: { status: 412, code: 'precondition_failed' },
  RANGE_NOT_SATISFIABLE: { status: 416, code: 'range_not_satisfiable' },

  // Its body.
  BODY_INVALID: { status: 400, code: 'body_invalid' },
  BODY_INCOMPLETE: { status: 400, code: 'body_incomplete' },
  BODY_STALLED: { status: 408, code: 'body_stalled' },
  BODY_TOO_LARGE: { status: 413, code: 'body_too_large' },
  BODIES_TOO_MANY: { status: 429, code: 'too_many_bodies' },

  // A search.
  SEARCH_TOO_COSTLY: { status: 422, code: 'search_too_costly' },
  SEARCHES_TOO_MANY: { status: 429, code: 'too_many_searches' },

  // The stream.
  LOG_NOT_FOUND: { status: 404, code: 'stream_not_found' },
  LOG_EXISTS: { status: 409, code: 'stream_exists' },
  ALREADY_CREATED: { status: 409, code: 'already_created' },
  LOG_GONE: { status: 410, code: 'stream_gone' },
  STREAM_LOST: { status: 410, code: 'stream_lost' },
  LOG_RETIRED: { status: 410, code: 'stream_retired' },
  ID_RETIRED: { status: 409, code: 'stream_retired' },
  STREAM_REPLACED: { status: 409, code: 'stream_replaced' },
  STREAM_LOST_BYTES: { status: 409, code: 'bytes_lost' },
  BYTES_LOST: { status: 410, code: 'bytes_lost' },
  LOG_SEALED: { status: 409, code: 'stream_closed' },
  LOG_BUSY: { status: 409, code: 'stream_busy' },
  LOG_TOO_LARGE: { status: 413, code: 'stream_too_large' },
  LOG_GAP: { status: 409, code: 'offset_mismatch' },
  OFFSET_MISMATCH: { status: 409, code: 'offset_mismatch' },
  LENGTH_MISMATCH: { status: 400, code: 'upload_length_mismatch' },
  TYPE_MISMATCH: { status: 409, code: 'content_type_mismatch' },

  // Its producers.
  LOG_FENCED: { status: 409, code: 'producer_replaced' },
  KEY_MISMATCH: { status: 409, code: 'producer_replaced' },
  PRODUCER_STALE: { status: 403, code: 'producer_stale' },
  PRODUCER_GAP: { status: 409, code: 'producer_gap' },
  PRODUCER_EPOCH_SKIPPED: { status: 400, code: 'producer_epoch_skipped' },
  PRODUCERS_TOO_MANY: { status: 429, code: 'too_many_producers' },
  SEQUENCE_REGRESSED: { status: 409, code: 'sequence_conflict' },

  // The server and its store.
  LOGS_TOO_MANY: { status: 507, code: 'too_many_streams' },
  STORE_FULL: { status: 507, code: 'store_full' },
  STORE_UNAVAILABLE: { status: 503, code: 'store_unavailable' },
  STORE_DAMAGED: { status: 500, code: 'stream_damaged' },
  STOPPING: { status: 503, code: 'stopping' },
  METRICS_UNAVAILABLE: { status: 503, code: 'metrics_unavailable' },
  INTERNAL: { status: 500, code: 'internal_error' },

  // The relays.
  CHANNEL_NOT_FOUND: { status: 404, code: 'channel_not_found' },
  CHANNEL_GONE: { status: 410, code: 'channel_gone' },
  PEER_MISSING: { status: 408, code: 'peer_missing' },
  PEER_LOST: { status: 502, code: 'peer_lost' },
  RELAY_UNAVAILABLE: { status: 503, code: 'relay_unavailable' },
  TOO_MANY_WAITING: { status: 503, code: 'too_many_waiting' },
  UPSTREAM_MISSING: { status: 503, code: 'upstream_missing' },
  UPSTREAM_UNREACHABLE: { status: 502, code: 'upstream_unreachable' },
  UPSTREAM_SENSELESS: { status: 500, code: 'upstream_invalid' },
};

/** The codes of all errors. */
export const ERROR_CODES: ReadonlySet<string> = new Set(Object.values(ERROR_TABLE).map(({ code }) => code));
