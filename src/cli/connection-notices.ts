import type { UploadEvent } from '../client';
import { type Io, say } from './io';
import { printable } from './printable';

/** Says on stderr how the connection is doing: once when it is lost, not for each try, and once when it is back. */
export class ConnectionNotices {
  #isLost = false;

  constructor(private readonly io: Io) {}

  readonly onEvent = (event: UploadEvent): void => {
    const text = this.#words(event);
    if (text !== undefined) say(this.io, text);
  };

  #words(event: UploadEvent): string | undefined {
    switch (event.kind) {
      case 'retrying':
        if (this.#isLost) return undefined;
        this.#isLost = true;
        return `${printable(event.failure.message)}; reconnecting`;
      case 'resumed':
        this.#isLost = false;
        return event.offset === undefined ? 'reconnected' : `reconnected; going on at byte ${event.offset}`;
      case 'server-lost':
        return `the server lost bytes ${event.from} to ${event.to}, which it had acknowledged; sending them again`;
      case 'lost':
        return `the server lost bytes ${event.from} to ${event.to}, which are in the output; it goes on at byte ${event.from}`;
      case 'spool-failed':
        return `the spool takes no more (${printable(String(event.error))}); the input waits until the server has caught up`;
      case 'created':
        return undefined;
    }
  }
}
