import type { RequestListener } from 'node:http';
import type { Config, RelayName } from './config/config';
import { Listener } from './http/listener/listener';
import { listenFailureReason, StartError } from './start-error';

export interface BoundAddress {
  readonly port: number;
  /** The address that it listens on. */
  readonly address: string;
  /** Where a client on this machine reaches it. */
  readonly url: string;
}

/** The main port, and those of the relays that have one of their own. They stop together. */
export class Listeners {
  readonly relays: { readonly serve: RelayName; readonly url: string }[] = [];
  readonly #open: Listener[] = [];

  constructor(
    private readonly config: Config,
    /** Called for each connection that is closed because there are too many. */
    private readonly onDrop: () => void,
  ) {}

  /** @throws StartError */
  async openRelay(entry: Config['listeners'][number], handle: RequestListener): Promise<void> {
    const { serve, port, host = this.config.host } = entry;
    const { url } = await this.open(handle, port, host);
    this.relays.push({ serve, url });
  }

  /** @throws StartError */
  async open(handle: RequestListener, port: number, host: string): Promise<BoundAddress> {
    const listener = new Listener(handle, this.config, this.onDrop);
    try {
      const bound = await listener.listen(port, host);
      this.#open.push(listener);
      return { ...bound, url: `http://${reachable(host)}:${bound.port}` };
    } catch (cause) {
      throw new StartError(`Cannot listen on port ${port} of ${host}: ${listenFailureReason(cause)}`, {
        cause,
      });
    }
  }

  /** Accepts no more connections. Resolves when all are closed, each after its answer. */
  async stop(): Promise<void> {
    await Promise.all(this.#open.map((listener) => listener.stop()));
  }

  cut(): void {
    for (const listener of this.#open) listener.cut();
  }
}

/** What a client on this machine has to say instead of "every address". */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
