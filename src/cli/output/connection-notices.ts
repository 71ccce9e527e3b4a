import type { UploadEvent } from '../../client';
import { type Io, say } from './io';
import { printable } from './printable';

/** Reports on stderr when the connection is lost and when it is back, each once per outage, and to a person where the stream is. */
export class ConnectionNotices {
  #isLost = false;

  /** @param address of the stream's page. Absent: it is known already */
  constructor(
    private readonly io: Io,
    private readonly address?: string,
  ) {}

  readonly onEvent = (event: UploadEvent): void => {
    const text = this.#describe(event);
    if (text !== undefined) say(this.io, text);
  };

  #describe(event: UploadEvent): string | undefined {
    switch (event.kind) {
      case 'retrying':
        if (this.#isLost) return undefined;
        this.#isLost = true;
        return `${printable(event.failure.message)}; reconnecting`;
      case 'resumed':
        this.#isLost = false;
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
}
