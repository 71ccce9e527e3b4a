import type { Side } from '../../relay/match/held-request';
import type { RendezvousPlaces, Report } from '../../relay/rendezvous/rendezvous-queues';
import { parseJson, toObject } from './custom-headers';
import { invalid, refuse, STARTED, UNKNOWN } from './rendezvous-errors';

/** What an empty report says. */
const VAGUE: Report = {
  status: 400,
  name: 'Error',
  message: 'The other side encountered an unspecified error',
};

/** `POST /stream/:id/error`. Whether it comes too late is decided once its body is there. */
export async function report(side: Side, places: RendezvousPlaces, id: string, body: string): Promise<void> {
  let told: Report;
  try {
    told = parseReport(body);
  } catch (error) {
    const isKnown = (await places.status(id)) !== undefined;
    refuse(side, isKnown && error instanceof Error ? invalid(error.message) : UNKNOWN);
    return;
  }
  switch (await places.report(id, told)) {
    case 'told':
      return side.reply(200, { Connection: 'close' });
    case 'unknown':
      return refuse(side, UNKNOWN);
    case 'started':
      return refuse(side, STARTED);
  }
}

/** @throws Error that says what is wrong */
function parseReport(body: string): Report {
  if (body === '') return VAGUE;
  const fields = toObject(parseJson(body), 'The body');
  return {
    status: statusIn(fields['http_status']),
    name: textIn(fields['name']) ?? VAGUE.name,
    message: textIn(fields['message']) ?? VAGUE.message,
  };
}

/** An interim status is no answer, and beyond 599 nothing is defined. */
function statusIn(value: unknown): number {
  const isStatus = typeof value === 'number' && Number.isInteger(value) && value >= 200 && value <= 599;
  return isStatus ? value : VAGUE.status;
}

function textIn(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}
