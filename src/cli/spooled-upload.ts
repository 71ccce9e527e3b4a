import {
  isClientError,
  type Json,
  type LoomClient,
  LoomClientError,
  type Upload,
  type UploadOptions,
} from '../client';
import { ConnectionNotices } from './connection-notices';
import { type Io, say } from './io';
import { printable } from './printable';
import { RescueFile } from './rescue-file';
import { TempSpool } from './temp-spool';

/**
 * An upload that never lets its source feel the server: what waits for it goes to memory and then to a spool, and what cannot be
 * delivered in the end is kept in a file.
 */
export class SpooledUpload {
  readonly #upload: Upload;
  readonly #spool = new TempSpool();
  #rescue: Promise<RescueFile> | undefined;
  #rescuing: Promise<void> = Promise.resolve();

  /** Resolves with why the upload failed, or with `undefined` when the server has every byte and the end. */
  readonly settled: Promise<unknown>;

  constructor(
    client: LoomClient,
    id: string,
    options: UploadOptions,
    private readonly io: Io,
  ) {
    this.#upload = client.upload(id, {
      ...options,
      spool: this.#spool,
      onEvent: new ConnectionNotices(io).onEvent,
    });
    this.settled = this.#upload.done.then(
      () => undefined,
      (error) => error,
    );
  }

  /** How many bytes are still to be delivered. */
  get pending(): number {
    return this.#upload.written - this.#upload.acknowledged;
  }

  /** Resolves once the bytes are kept. Calls are served in order. */
  async write(bytes: Uint8Array): Promise<void> {
    try {
      await this.#upload.write(bytes);
    } catch {
      // The upload is over, and `settled` says why.
      await this.#keep(bytes);
    }
  }

  end(metadata?: Json): Promise<void> {
    return this.#upload.end(metadata);
  }

  stop(reason: string): void {
    this.#upload.stop(new LoomClientError('STOPPED', reason));
  }

  /** To be called once it is settled and nothing more is written. Says where the rest is, if there is a rest. */
  async close(): Promise<void> {
    const failure = await this.settled;
    if (failure !== undefined) await this.#nameRest();
    await this.#spool.close();
  }

  async #nameRest(): Promise<void> {
    await this.#keep(new Uint8Array(0));
    const rescue = await this.#rescue;
    if (rescue === undefined || rescue.bytes === 0) return;
    await rescue.close();
    say(this.io, `${rescue.bytes} bytes were not delivered; they are in ${rescue.path}`);
  }

  /** After what the upload still holds, and after one another. */
  #keep(bytes: Uint8Array): Promise<void> {
    this.#rescuing = this.#rescuing.then(async () => {
      try {
        this.#rescue ??= this.#beginRescue();
        const rescue = await this.#rescue;
        if (bytes.length > 0) await rescue.append(bytes);
      } catch (error) {
        say(this.io, `what was not delivered cannot be kept: ${error}`);
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

/** Why an upload failed, in one line. */
export function failureText(failure: unknown): string {
  return printable(failure instanceof Error ? failure.message : String(failure));
}

export function isStoppedUpload(failure: unknown): boolean {
  return isClientError(failure, 'STOPPED');
}
