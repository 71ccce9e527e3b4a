import { messageOf } from '../../core/log/errors';
import { BlockingReader, type RawEntry, type StreamSubscription } from '../../redis/blocking-reader';
import type { Connections } from '../../redis/connections';
import { toMap } from '../../redis/resp/reply';
import type { ConnectionSettings } from '../../redis/settings';
import { inboxKey } from './relay-keys';

/** The fields of a message to another node. */
export type MessageFields = Readonly<Record<string, string>>;

/** Sends messages between nodes. A lost connection loses none of them; a message that is lost nevertheless must cost no more than time. */
export interface NodeBus {
  /** The message arrives if the node lives. */
  send(node: string, kind: string, fields: MessageFields): void;
  on(kind: string, listener: (fields: MessageFields) => void): void;
}

/** How many unread messages a node may have. Beyond it, the oldest is dropped. */
const INBOX_LENGTH = 10_000;
const MESSAGES_MAX = 256;

/** The bus as one Redis stream per node, which the node reads on a connection of its own. */
export class InboxBus implements NodeBus {
  readonly #listeners = new Map<string, (fields: MessageFields) => void>();
  readonly #inbox: StreamSubscription;
  readonly #reader: BlockingReader;

  constructor(
    private readonly connections: Connections,
    private readonly settings: ConnectionSettings,
    node: string,
  ) {
    const key = inboxKey(node);
    this.#inbox = { key, after: '0', deliver: (messages) => this.#deliver(messages) };
    this.#reader = new BlockingReader(connections, settings, key, { entriesMax: MESSAGES_MAX });
  }

  open(): void {
    this.#reader.add(this.#inbox);
  }

  send(node: string, kind: string, fields: MessageFields): void {
    const message = ['t', kind, 'f', JSON.stringify(fields)];
    this.connections.commands
      .xadd(inboxKey(node), 'NOMKSTREAM', 'MAXLEN', '~', INBOX_LENGTH, '*', ...message)
      // Redis is away. A node that waits for the message checks the state itself after a while.
      .catch(() => {});
  }

  on(kind: string, listener: (fields: MessageFields) => void): void {
    this.#listeners.set(kind, listener);
  }

  close(): void {
    this.#reader.close();
  }

  #deliver(messages: readonly RawEntry[]): void {
    for (const [, fields] of messages) {
      try {
        this.#dispatch(toMap(fields));
      } catch (error) {
        this.settings.warn('A message of another node failed', { reason: messageOf(error) });
      }
    }
    // If it fails, the next one trims more.
    this.connections.commands.xtrim(this.#inbox.key, 'MINID', this.#inbox.after).catch(() => {});
  }

  #dispatch(message: ReadonlyMap<string, string>): void {
    const fields: unknown = JSON.parse(message.get('f') ?? '{}');
    if (typeof fields !== 'object' || fields === null) return;
    this.#listeners.get(message.get('t') ?? '')?.(
      Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, String(value)])),
    );
  }
}
