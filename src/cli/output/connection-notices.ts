import type { UploadEvent } from '../../client';
import { type Io, say } from './io';
import { Outage, type OutageSubject } from './outage';
import { printable } from './printable';

/** Reports on stderr when the connection is lost and when it is back, each once per outage, and to a person where the stream is. */
export class ConnectionNotices {
  readonly #outage: Outage;

  /** @param address of the stream's page. Absent: it is known already */
  constructor(
    private readonly io: Io,
    private readonly address?: string,
    subject: OutageSubject = { canGiveUp: true },
  ) {
    this.#outage = new Outage(io, subject);
  }

  /** Call it when nothing is sent or read any more. */
  end(): void {
    this.#outage.end();
  }

  readonly onEvent = (event: UploadEvent): void => {
    const text = this.#describe(event);
    if (text !== undefined) say(this.io, text);
  };

  #describe(event: UploadEvent): string | undefined {
    switch (event.kind) {
      case 'retrying':
        return this.#describeFailure(printable(event.failure.message));
      case 'resumed':
        this.#outage.end();
        return event.offset === undefined ? 'reconnected' : `reconnected; continuing at byte ${event.offset}`;
      case 'server-lost':
        return `the server lost bytes ${event.from} to ${event.to} after acknowledging them; sending them again`;
      case 'lost':
        return `the server lost bytes ${event.from} to ${event.to}, which are in the output; continuing at byte ${event.from}`;
      case 'spool-failed':
        return `cannot write to the spool (${printable(String(event.error))}); the input waits until the server has caught up`;
      case 'created':
        return this.address !== undefined && this.io.stderr.isTTY ? `live at ${this.address}` : undefined;
    }
  }

  /** An outage is reported when it begins, and then seldom. */
  #describeFailure(reason: string): string | undefined {
    const isNew = !this.#outage.isOn;
    this.#outage.goOn(reason);
    return isNew ? `${reason}; reconnecting` : undefined;
  }
}
