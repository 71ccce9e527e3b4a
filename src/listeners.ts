import type { RequestListener } from 'node:http';
import type { Config } from './config/config';
import { Listener, type ListenerReports } from './http/listener/listener';
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

type ListenerEntry = Config['listeners'][number];

/** The open ports: the main one, and those of `listeners`. They stop together. */
export class Listeners {
  /** Those of `listeners`. */
  readonly others: { readonly serve: ListenerEntry['serve']; readonly url: string }[] = [];
  readonly #open: Listener[] = [];

  constructor(
    private readonly config: Config,
    private readonly reports: ListenerReports,
  ) {}

  /** How many connections are open. */
  get connections(): number {
    return this.#open.reduce((sum, { connections }) => sum + connections, 0);
  }

  /** @throws StartError */
  async openOther(entry: ListenerEntry, handle: RequestListener): Promise<void> {
    const { serve, port, host = this.config.host } = entry;
    const { url } = await this.open(handle, { port, host, option: `--listen ${serve}=PORT` });
    this.others.push({ serve, url });
  }

  /** @throws StartError */
  async open(handle: RequestListener, { port, host, option }: WantedAddress): Promise<BoundAddress> {
    const listener = new Listener(handle, this.config, this.reports);
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
