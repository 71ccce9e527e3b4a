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
  #rescue: Promise<RescueFile> | undefined;
  #rescuing: Promise<void> = Promise.resolve();

  /** Resolves with the error of the upload, or with `undefined` when the server has every byte and the end. */
  readonly settled: Promise<unknown>;

  /** @param address that a person is shown once the stream exists */
  constructor(
    client: LoomClient,
    id: string,
    options: UploadOptions,
    private readonly io: Io,
    address?: string,
  ) {
    this.#notices = new ConnectionNotices(io, address, {
      pendingBytes: () => this.pending,
      canGiveUp: options.giveUpAfterMs === undefined,
    });
    this.#upload = client.upload(id, {
      ...options,
      spool: this.#spool,
      onEvent: (event) => {
        if (event.kind === 'created') this.#wasReached = true;
        this.#notices.onEvent(event);
      },
    });
    this.settled = this.#upload.done
      .then(
        () => undefined,
        (error) => error,
      )
      .finally(() => this.#notices.end());
  }

  /** Whether the server has ever answered: it has the stream then. */
  get wasReached(): boolean {
    return this.#wasReached;
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
    const rescue = await this.#rescue;
    if (rescue === undefined || rescue.bytes === 0) return;
    await rescue.close();
    say(this.io, `${rescue.bytes} bytes were not delivered; they are in ${rescue.path}`);
  }

  /** Appends to the rescue file, after the bytes that the upload holds and after earlier calls. */
  #keep(bytes: Uint8Array): Promise<void> {
    this.#rescuing = this.#rescuing.then(async () => {
      try {
        this.#rescue ??= this.#beginRescue();
        const rescue = await this.#rescue;
        if (bytes.length > 0) await rescue.append(bytes);
      } catch (error) {
        say(this.io, `cannot keep the undelivered bytes: ${error}`);
      }
    });
    return this.#rescuing;
  }

  async #beginRescue(): Promise<RescueFile> {
    const rescue = new RescueFile(this.#upload.id);
    for await (const piece of this.#upload.undelivered()) await rescue.append(piece);
    return rescue;
  }
}

/** The reason of a failure, in one line. */
export function failureText(failure: unknown): string {
  return errorText(failure);
}

export function isStoppedUpload(failure: unknown): boolean {
  return isClientError(failure, 'STOPPED');
}
