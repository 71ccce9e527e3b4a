import type { RequestListener } from 'node:http';
import type { Config, RelayName } from './config/config';
import { Listener } from './http/listener/listener';
import { listenFailureReason, StartError } from './start-error';

/** Where a listener accepts connections. */
export interface BoundAddress {
  readonly port: number;
  readonly address: string;
  /** For a client on this machine. */
  readonly url: string;
}

/** Where a listener is to accept connections. */
export interface WantedAddress {
  readonly port: number;
  readonly host: string;
  /** Of the command line, that chooses the port. */
  readonly option: string;
}

/** The open ports: the main one, and one per relay that has its own. They stop together. */
export class Listeners {
  readonly relays: { readonly serve: RelayName; readonly url: string }[] = [];
  readonly #open: Listener[] = [];

  constructor(
    private readonly config: Config,
    /** Called for each connection that is closed because `limits.connections` is reached. */
    private readonly onDrop: () => void,
  ) {}

  /** @throws StartError */
  async openRelay(entry: Config['listeners'][number], handle: RequestListener): Promise<void> {
    const { serve, port, host = this.config.host } = entry;
    const { url } = await this.open(handle, { port, host, option: `--listen ${serve}=PORT` });
    this.relays.push({ serve, url });
  }

  /** @throws StartError */
  async open(handle: RequestListener, { port, host, option }: WantedAddress): Promise<BoundAddress> {
    const listener = new Listener(handle, this.config, this.onDrop);
    try {
      const bound = await listener.listen(port, host);
      this.#open.push(listener);
      return { ...bound, url: `http://${reachable(host)}:${bound.port}` };
    } catch (cause) {
      const reason = listenFailureReason(cause, option);
      throw new StartError(`Cannot listen on port ${port} of ${host}: ${reason}`, { cause });
    }
  }

  /** Refuses new connections. Resolves when all are closed, each after its current answer. */
  async stop(): Promise<void> {
    await Promise.all(this.#open.map((listener) => listener.stop()));
  }

  cut(): void {
    for (const listener of this.#open) listener.cut();
  }
}

/** The host that a client on this machine connects to. Wildcard addresses become `localhost`. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
