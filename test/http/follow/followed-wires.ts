import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import type { LogRef, Writer } from '../../../src/core/log/log';
import { advance, type Offset, START } from '../../../src/core/log/offset';
import { createLogOf, ObservedStore } from '../../core/stores';
import { appOver } from '../../support/app';
import { Consumer } from '../../support/http';

export type FollowedWire = 'tail' | 'line events' | 'durable events' | 'spy';

/** How each wire is asked for a log from its first byte on. */
const REQUESTS: Readonly<
  Record<FollowedWire, (log: LogRef) => { path: string; headers: Record<string, string> }>
> = {
  tail: ({ id }) => ({ path: `/stream/${id}`, headers: {} }),
  'line events': ({ id }) => ({ path: `/stream/${id}`, headers: { Accept: 'text/event-stream' } }),
  'durable events': ({ id }) => ({ path: `/v1/stream/${id}?offset=-1&live=sse`, headers: {} }),
  spy: ({ id }) => ({ path: `/spy?from=start&prefix=${id}`, headers: {} }),
};

/** A log whose content is numbered marks, such as `<7>`. Every wire shows them as they are. */
export class MarkedLog {
  #marks = 0;
  #tail: Offset = START;

  private constructor(
    private readonly store: ObservedStore,
    readonly writer: Writer,
  ) {}

  static async create(store: ObservedStore): Promise<MarkedLog> {
    return new MarkedLog(store, await createLogOf(store, ''));
  }

  get marks(): number {
    return this.#marks;
  }

  get ref(): LogRef {
    return this.writer.log;
  }

  /** Appends one mark in a line of `bytes` bytes. Readers at the tail have been called when this returns. */
  append(bytes = 0): Promise<unknown> {
    const line = Buffer.from(`<${this.#marks}>`.padEnd(bytes, '.').concat('\n'));
    const at = this.#tail;
    this.#marks += 1;
    this.#tail = advance(at, line.length);
    return this.store.append(this.writer, at, [line]);
  }
}

export function marksOf(text: string): number[] {
  return [...text.matchAll(/<(\d+)>/g)].map(([, mark]) => Number(mark));
}

export function numbers(count: number): number[] {
  return Array.from({ length: count }, (_none, i) => i);
}

const KEPT_CHARS = 1_000;

export interface FollowedServer {
  readonly store: ObservedStore;
  readonly responses: readonly ServerResponse[];
  /** The end of what the server has written. */
  written(): string;
  url(wire: FollowedWire, log: LogRef): { url: string; headers: Record<string, string> };
  open(wire: FollowedWire, log: LogRef): Promise<Consumer>;
}

/** A server over a store in memory that keeps what it writes to its sockets, in the turn in which it writes. */
export function withFollowedServer(): FollowedServer {
  const store = new ObservedStore();
  const { handler, drain } = appOver(store);
  const responses: ServerResponse[] = [];
  let written = '';
  const server = createServer((req, res) => {
    responses.push(res);
    handler(req, res);
  });
  server.on('connection', (socket: Socket) => {
    const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
    socket.write = (chunk: string | Uint8Array, ...more: unknown[]): boolean => {
      written = (
        written +
        Buffer.from(chunk as string)
          .subarray(-KEPT_CHARS)
          .toString('latin1')
      ).slice(-KEPT_CHARS);
      return write(chunk, ...more);
    };
  });
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(async () => {
    await drain();
    server.close();
  });
  const url: FollowedServer['url'] = (wire, log) => {
    const { path, headers } = REQUESTS[wire](log);
    return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}${path}`, headers };
  };
  return {
    store,
    responses,
    written: () => written,
    url,
    open: (wire, log) => {
      const { url: at, headers } = url(wire, log);
      return Consumer.open(at, headers);
    },
  };
}

export async function turns(count: number): Promise<void> {
  for (let i = 0; i < count; i += 1) await new Promise((resolve) => setImmediate(resolve));
}
