import { RequestError } from '../errors/request-error';

/** What a runner says of its job. */
export interface JobUpdate {
  readonly state: 'running' | 'success' | 'failed';
  /** Older runners send it in no header. */
  readonly token?: string;
  readonly exitCode?: number;
  readonly failureReason?: string;
  /** How many bytes the log has at the runner. */
  readonly bytes?: number;
}

const STATES = ['running', 'success', 'failed'] as const;
const REASON_LENGTH_MAX = 200;

/** @throws RequestError `BODY_INVALID` */
export function parseJobUpdate(body: string): JobUpdate {
  const {
    state,
    token,
    exit_code: exitCode,
    failure_reason: failureReason,
    output,
  } = membersOf(parsed(body));
  const known = STATES.find((one) => one === state);
  if (known === undefined)
    throw new RequestError('BODY_INVALID', `The state of a job must be ${STATES.join(', ')}`);
  const { bytesize: bytes } = membersOf(output);
  const isReason = typeof failureReason === 'string' && failureReason !== '';
  return {
    state: known,
    ...(typeof token === 'string' && token !== '' && { token }),
    ...(isCount(exitCode) && { exitCode }),
    ...(isReason && { failureReason: failureReason.slice(0, REASON_LENGTH_MAX) }),
    ...(isCount(bytes) && { bytes }),
  };
}

function parsed(body: string): unknown {
  try {
    return JSON.parse(body);
  } catch {
    throw new RequestError('BODY_INVALID', 'The body is not JSON');
  }
}

function membersOf(value: unknown): Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null ? { ...value } : {};
}

function isCount(value: unknown): value is number {
  return Number.isSafeInteger(value) && Number(value) >= 0;
}
