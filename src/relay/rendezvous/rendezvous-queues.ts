import type { Config } from '../../config/config';
import type { Queues } from '../match/queues';

/** Header values by name. */
export type HeaderValues = Readonly<Record<string, string>>;

/** The headers that a creator sets for the answers of a stream. */
export interface CustomHeaders {
  readonly download: HeaderValues;
  readonly upload: HeaderValues;
}

/** Why a stream failed, with the members of the wire's `error`. */
export interface RendezvousError {
  readonly name: string;
  readonly message: string;
}

/** An error response. One side may report one to the other, instead of sending bytes or reading them. */
export interface RendezvousFailure extends RendezvousError {
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

/** How far a stream of HTTP-Rendezvous has come. */
export type RendezvousState = (typeof RENDEZVOUS_STATES)[number];

/** What `GET /stream/:id/status` reports of a stream. */
export interface RendezvousStatus {
  readonly id: string;
  /** Unix milliseconds. */
  readonly createdAt: number;
  /** Unix milliseconds. Absent while the stream is active. */
  readonly deactivatedAt?: number;
  readonly state: RendezvousState;
  readonly error?: RendezvousError;
  readonly headers: CustomHeaders;
  /** Bytes read from the sender; slightly behind during the transfer. */
  readonly bytes: number;
}

export type RendezvousOptions = Pick<Config['rendezvous'], 'lifetime' | 'retention' | 'streams'>;

/** `unknown`: it never existed or has expired. `started`: both sides have come, or it has ended. */
export type ReportOutcome = 'reported' | 'unknown' | 'started';

/**
 * The streams of HTTP-Rendezvous, each for one transfer. A queue is named after the id of its stream. `join` refuses with `unknown` (also
 * after its end), `taken`, or `reported:` and a report as JSON, once. `gone` has such a report, too.
 */
export interface RendezvousQueues extends Queues {
  /** @returns `false` if there are too many */
  create(id: string, headers: CustomHeaders): Promise<boolean>;
  report(id: string, report: RendezvousFailure): Promise<ReportOutcome>;
  /** Records how many bytes have been read from the sender. */
  progress(id: string, bytes: number): Promise<void>;
  status(id: string): Promise<RendezvousStatus | undefined>;
  headers(id: string): Promise<CustomHeaders | undefined>;
  list(): Promise<readonly RendezvousStatus[]>;
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

/** The error in the status of a stream, if it has one. */
export function errorForState(
  state: RendezvousState,
  report: RendezvousFailure | undefined,
): RendezvousError | undefined {
  if (state !== 'CLIENT_ERROR' || report === undefined) return ERRORS[state];
  return { name: report.name, message: report.message };
}
