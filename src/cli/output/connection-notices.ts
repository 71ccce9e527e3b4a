import { tmpdir } from 'node:os';
import type { UploadEvent } from '../../client';
import { type Io, say } from './io';
import { Outage, type OutageSubject } from './outage';
import { printable } from './printable';

/** Reports on stderr when the connection is lost and when it is back, each once per outage, and where the stream is once it exists. */
export class ConnectionNotices {
  readonly #outage: Outage;
  #isLost = false;
  readonly #spoolFailures = new Set<string>();
  #hasShrunk = false;

  /** @param announcement printed once the stream was created */
  constructor(
    private readonly io: Io,
    private readonly announcement?: string,
    subject: OutageSubject = { canGiveUp: true },
  ) {
    this.#outage = new Outage(io, subject);
  }

  /** Call it when the first request is sent: a server may take it and never answer. */
  begin(server: string): void {
    this.#outage.goOn(`no answer from ${server}`);
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
        this.#isLost = false;
        this.#outage.end();
        return event.offset === undefined ? 'reconnected' : `reconnected; continuing at byte ${event.offset}`;
      case 'server-lost':
        return `the server lost bytes ${event.from} to ${event.to} after acknowledging them; sending them again`;
      case 'lost':
        return `the server lost bytes ${event.from} to ${event.to}, which are in the output; continuing at byte ${event.from}`;
      case 'spool-failed':
        return this.#describeSpool(event.error);
      case 'requests-shrunk':
        if (this.#hasShrunk) return undefined;
        this.#hasShrunk = true;
        return 'a proxy refuses the size of requests (413); sending smaller ones';
      case 'buffered':
        return 'a proxy seems to hold the upload back, so readers see it late: it should not buffer requests (nginx: proxy_request_buffering off)';
      case 'created':
        this.#outage.end();
        return this.announcement;
    }
  }

  /** An outage is reported when it begins, and then seldom. */
  #describeFailure(reason: string): string | undefined {
    const isNew = !this.#isLost;
    this.#isLost = true;
    this.#outage.goOn(reason);
    return isNew ? `${reason}; reconnecting` : undefined;
  }

  /** A full disk refuses again as soon as what the server took has made room: each error is reported once. */
  #describeSpool(error: unknown): string | undefined {
    const text = printable(error instanceof Error ? error.message : String(error));
    const kind = error instanceof Error && 'code' in error ? String(error.code) : text;
    if (this.#spoolFailures.has(kind)) return undefined;
    this.#spoolFailures.add(kind);
    return `no room for more in ${printable(tmpdir())} (${text}); the input waits for the server while memory is full, too`;
  }
}
