import type { HeldRequest } from '../../relay/match/held-request';
import type { RendezvousFailure, RendezvousQueues } from '../../relay/rendezvous/rendezvous-queues';
import { parseBodyJson, requireObject } from './custom-headers';
import { invalidBody, STREAM_STARTED, sendRendezvousError, UNKNOWN_STREAM } from './rendezvous-errors';

/** Replaces what a report leaves out. */
const VAGUE: RendezvousFailure = {
  status: 400,
  name: 'Error',
  message: 'The other side encountered an unspecified error',
};

/** `POST /stream/:id/error`. Whether it is too late is decided once its body has arrived. */
export async function report(
  queues: RendezvousQueues,
  held: HeldRequest,
  id: string,
  body: string,
): Promise<void> {
  let reported: RendezvousFailure;
  try {
    reported = parseReport(body);
  } catch (error) {
    const isKnown = (await queues.status(id)) !== undefined;
    sendRendezvousError(
      held,
      isKnown && error instanceof Error ? invalidBody(error.message) : UNKNOWN_STREAM,
    );
    return;
  }
  switch (await queues.report(id, reported)) {
    case 'reported':
      return held.reply(200, { Connection: 'close' });
    case 'unknown':
      return sendRendezvousError(held, UNKNOWN_STREAM);
    case 'started':
      return sendRendezvousError(held, STREAM_STARTED);
  }
}

/** @throws Error that says what is wrong */
function parseReport(body: string): RendezvousFailure {
  if (body === '') return VAGUE;
  const fields = requireObject(parseBodyJson(body), 'The body');
  return {
    status: statusIn(fields['http_status']),
    name: textIn(fields['name']) ?? VAGUE.name,
    message: textIn(fields['message']) ?? VAGUE.message,
  };
}

/** An interim status answers nothing, and beyond 599 nothing is defined. */
function statusIn(value: unknown): number {
  const isStatus = typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
  return isStatus ? value : VAGUE.status;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
