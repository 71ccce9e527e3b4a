import type { Queues } from '../match/queues';

export type HeaderValues = Readonly<Record<string, string>>;

export interface CustomHeaders {
  readonly download: HeaderValues;
  readonly upload: HeaderValues;
}

/** As the wire tells it. */
export interface RendezvousError {
  readonly name: string;
  readonly message: string;
}

/** Told by one side instead of its bytes, or instead of taking them. */
export interface ReportedError extends RendezvousError {
  readonly status: number;
}

export const RENDEZVOUS_STATES = [
  'CREATED',
  'STREAMING',
  'TIMEOUT_NO_SRC',
  'TIMEOUT_NO_DST',
  'FINISHED',
  'SRC_DISCONNECTED',
  'DST_DISCONNECTED',
  'CLIENT_ERROR',
] as const;

export type RendezvousState = (typeof RENDEZVOUS_STATES)[number];

export interface RendezvousStatus {
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds; absent while it is active. */
  readonly deactivatedAt?: number;
  readonly state: RendezvousState;
  readonly error?: RendezvousError;
  readonly headers: CustomHeaders;
  /** Bytes taken from the sender; a little late while it streams. */
  readonly bytes: number;
}

export interface RendezvousOptions {
  readonly lifetimeMs: number;
  readonly retentionMs: number;
  readonly streamsMax: number;
}

/**
 * Streams that are made, used once and forgotten. A place is a stream's id. `attach` refuses with `unknown` (also when it has ended),
 * `taken`, or `reported:` and a report as JSON, which it hands out once. `gone` says the same of a report.
 */
export interface RendezvousQueues extends Queues {
  /** @returns `false` when there are too many */
  create(id: string, headers: CustomHeaders): Promise<boolean>;
  /** @returns `unknown` for one that never was or has expired, `started` when both sides have come or it is over */
  report(id: string, report: ReportedError): Promise<'told' | 'unknown' | 'started'>;
  /** What has flowed so far. */
  progress(id: string, bytes: number): Promise<void>;
  status(id: string): Promise<RendezvousStatus | undefined>;
  headers(id: string): Promise<CustomHeaders | undefined>;
  list(): Promise<readonly RendezvousStatus[]>;
  close(): void;
}

export const REPORTED = 'reported:';

export const SOURCE_LOST: RendezvousError = {
  name: 'StreamSourceError',
  message: 'Stream source closed unexpectedly',
};
export const DESTINATION_LOST: RendezvousError = {
  name: 'StreamDestinationError',
  message: 'Stream destination closed unexpectedly',
};
export const EXPIRED: RendezvousError = {
  name: 'SessionTimeoutError',
  message: 'The specified session expired before both sides connected',
};

const ERRORS: Readonly<Partial<Record<RendezvousState, RendezvousError>>> = {
  TIMEOUT_NO_SRC: EXPIRED,
  TIMEOUT_NO_DST: EXPIRED,
  SRC_DISCONNECTED: SOURCE_LOST,
  DST_DISCONNECTED: DESTINATION_LOST,
};

/** What the status of a stream in this state says went wrong, if anything did. */
export function errorForState(
  state: RendezvousState,
  report: ReportedError | undefined,
): RendezvousError | undefined {
  if (state !== 'CLIENT_ERROR' || report === undefined) return ERRORS[state];
  return { name: report.name, message: report.message };
}
