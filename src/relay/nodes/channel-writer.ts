import { sizeOf } from '../../core/bytes/size-of';
import type { Link } from '../../redis/link';
import {
  commandHead,
  commandWithBytes,
  encodeCommand,
  type WireCommand,
} from '../../redis/resp/wire-command';
import type { ChannelContext } from './channel-context';
import { channelKey, entryId } from './relay-keys';

/** A channel that its sender does not keep expires. */
const KEPT_MS = 60_000;

/** Writes the Redis stream of a channel. Entries from 1 on have one field: `h` a head in JSON, `d` bytes, `e` the end: `end` or `abort`. */
export class ChannelWriter {
  readonly #key: string;
  #link: Link | undefined;

  constructor(private readonly context: ChannelContext) {
    this.#key = channelKey(context.transferId);
  }

  /** @throws Error if there is no link now */
  async connect(): Promise<void> {
    this.#link = await this.context.linkForSending();
  }

  /** @throws Error if the entry is not stored */
  async add(number: number, field: 'h' | 'd' | 'e', value: readonly Buffer[]): Promise<void> {
    const [link, key, id] = [this.#link, this.#key, entryId(number)];
    // Only the end of a transfer that never began comes before the link.
    if (link === undefined) return this.#addByClient(id, field, Buffer.concat(value));
    const add = (...options: string[]): WireCommand =>
      commandWithBytes(
        commandHead(5 + options.length, 'XADD', key, ...options, id, field),
        value,
        sizeOf(value),
      );
    if (number === 1) {
      const [added] = await link.transact([add(), encodeCommand('PEXPIRE', key, String(KEPT_MS))]);
      if (added instanceof Error) throw added;
      return;
    }
    // A receiver that left has removed the stream. Created again, it would never expire.
    if ((await link.send(add('NOMKSTREAM'))) === null) throw new Error('The channel is gone');
  }

  /** @throws whatever the client throws */
  async keep(): Promise<void> {
    await this.context.client.pexpire(this.#key, KEPT_MS);
  }

  /** Removes the stream, after the entries that are on their way. */
  async remove(): Promise<void> {
    if (this.#link?.isOpen === true) await this.#link.send(encodeCommand('UNLINK', this.#key));
    else await this.context.client.unlink(this.#key);
  }

  async #addByClient(id: string, field: string, value: Buffer): Promise<void> {
    await this.context.client.xadd(this.#key, id, field, value);
    await this.keep();
  }
}
