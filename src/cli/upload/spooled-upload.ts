import {
  isClientError,
  type Json,
  type LoomClient,
  LoomClientError,
  type Upload,
  type UploadOptions,
} from '../../client';
import { ConnectionNotices } from '../output/connection-notices';
import { errorText } from '../output/error-text';
import { type Io, say } from '../output/io';
import { RescueFile } from './rescue-file';
import { TempSpool } from './temp-spool';

/** An upload whose source never waits for the server. Bytes wait in memory, then in a spool; after a failure, a file keeps them. */
export class SpooledUpload {
  readonly #upload: Upload;
  readonly #spool = new TempSpool();
  readonly #notices: ConnectionNotices;
  #wasReached = false;
  #hasFailed = false;
  #rescue: RescueFile | undefined;
  #rescuing: Promise<void> = Promise.resolve();
  /** How many undelivered bytes found no room on any disk. */
  #lost = 0;

  /** Resolves at the first answer of the server, or when it is known to be away. */
  readonly begun: Promise<void>;

  /** Resolves with the error of the upload, or with `undefined` when the server has every byte and the end. */
  readonly settled: Promise<unknown>;

  /** @param announcement printed once the stream was created */
  constructor(
    client: LoomClient,
    id: string,
    options: UploadOptions,
    private readonly io: Io,
    announcement?: string,
  ) {
    this.#notices = new ConnectionNotices(io, announcement, {
      pendingBytes: () => this.pending,
      canGiveUp: options.giveUpAfterMs === undefined,
    });
    let begin = (): void => {};
    this.begun = new Promise((resolve) => {
      begin = resolve;
    });
    this.#upload = client.upload(id, {
      ...options,
      spool: this.#spool,
      onEvent: (event) => {
        if (event.kind === 'created') this.#wasReached = true;
        if (event.kind === 'retrying') this.#hasFailed = true;
        this.#notices.onEvent(event);
        begin();
      },
    });
    this.#notices.begin(new URL(client.urlOf(id)).origin);
    this.settled = this.#upload.done
      .then(
        () => undefined,
        (error) => error,
      )
      .finally(() => {
        this.#notices.end();
        begin();
      });
  }

  /** Whether the server has ever answered: it has the stream then. */
  get wasReached(): boolean {
    return this.#wasReached;
  }

  /** Whether the server was asked for the stream, and was not there. */
  get isAbsent(): boolean {
    return this.#hasFailed && !this.#wasReached;
  }

  /** How many bytes the server has acknowledged. */
  get acknowledged(): number {
    return this.#upload.acknowledged;
  }

  /** How many bytes the server has not acknowledged. */
  get pending(): number {
    return this.#upload.written - this.#upload.acknowledged;
  }

  /** Resolves when the bytes are stored here. Concurrent calls keep their order. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#upload.write(bytes);
    } catch {
      // The upload has failed. `settled` has the reason.
      await this.#keep(bytes);
    }
  }

  end(metadata?: Json): Promise<void> {
    return this.#upload.end(metadata);
  }

  stop(reason: string): void {
    this.#upload.stop(new LoomClientError('STOPPED', reason));
  }

  /** Prints the path of the undelivered bytes, if any. Call it after `settled` and the last `write`. */
  async close(): Promise<void> {
    const failure = await this.settled;
    if (failure !== undefined) await this.#reportRescue();
    await this.#spool.close();
  }

  async #reportRescue(): Promise<void> {
    await this.#keep(new Uint8Array(0));
    const rescue = this.#rescue;
    await rescue?.close();
    if (rescue !== undefined && rescue.bytes > 0) {
      const files = rescue.paths.join(', then in ');
      say(this.io, `${rescue.bytes} bytes were not delivered; they are in ${files}`);
    }
    if (this.#lost > 0) say(this.io, `${this.#lost} bytes were not delivered and are lost`);
  }

  /** Appends to the rescue file, after the bytes that the upload holds and after earlier calls. */
  #keep(bytes: Uint8Array): Promise<void> {
    this.#rescuing = this.#rescuing.then(async () => {
      if (this.#rescue === undefined) await this.#rescueHeld();
      await this.#rescueOrLose(bytes);
    });
    return this.#rescuing;
  }

  async #rescueHeld(): Promise<void> {
    const { pending } = this;
    this.#rescue = new RescueFile(this.#upload.id, pending);
    let read = 0;
    try {
      for await (const piece of this.#upload.undelivered()) {
        read += piece.length;
        await this.#rescueOrLose(piece);
      }
    } catch (error) {
      this.#lose(pending - read, error);
    }
  }

  async #rescueOrLose(bytes: Uint8Array): Promise<void> {
    const before = this.#rescue?.bytes ?? 0;
    try {
      // What follows lost bytes would look as if it followed the bytes before them.
      if (this.#lost === 0) await this.#rescue?.append(bytes);
      else this.#lost += bytes.length;
    } catch (error) {
      this.#lose(bytes.length - ((this.#rescue?.bytes ?? 0) - before), error);
    }
  }

  #lose(bytes: number, error: unknown): void {
    if (this.#lost === 0) say(this.io, `cannot keep all undelivered bytes: ${failureText(error)}`);
    this.#lost += bytes;
  }
}

/** The reason of a failure, in one line. */
export function failureText(failure: unknown): string {
  return errorText(failure);
}

export function isStoppedUpload(failure: unknown): boolean {
  return isClientError(failure, 'STOPPED');
}
