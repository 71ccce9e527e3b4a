import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';

/**
 * pass      bytes go both ways
 * swallow   requests arrive, replies are lost
 * hold      nothing moves in either direction; held bytes are passed on after `pass`
 */
export type ProxyMode = 'pass' | 'swallow' | 'hold';

export interface TcpProxy {
  readonly port: number;
  mode(mode: ProxyMode): void;
  /** Breaks all connections. New ones are accepted. */
  cut(): void;
  /** Looks at each piece of a request before it is passed on: a test can change the mode at just the right moment. */
  onRequest(look: ((piece: Buffer) => void) | undefined): void;
  /** How many connections are open. */
  readonly connections: number;
  close(): Promise<void>;
}

/** A proxy in this process, between a client and a server on the loopback, that can misbehave. */
export async function startTcpProxy(targetPort: number): Promise<TcpProxy> {
  const pairs = new Set<{ client: Socket; target: Socket }>();
  let mode: ProxyMode = 'pass';
  let look: ((piece: Buffer) => void) | undefined;
  const server = createServer((client) => {
    const target = connect(targetPort, '127.0.0.1');
    const pair = { client, target };
    pairs.add(pair);
    const end = (): void => {
      pairs.delete(pair);
      client.destroy();
      target.destroy();
    };
    for (const socket of [client, target]) socket.on('error', end).on('close', end);
    client.on('data', (piece) => {
      look?.(piece);
      target.write(piece);
    });
    target.on('data', (piece) => {
      if (mode !== 'swallow') client.write(piece);
    });
    if (mode === 'hold') pause(pair);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const cut = (): void => {
    for (const { client, target } of pairs) {
      client.destroy();
      target.destroy();
    }
  };
  return {
    port,
    cut,
    mode(next) {
      mode = next;
      for (const pair of pairs) next === 'hold' ? pause(pair) : resume(pair);
    },
    onRequest(next) {
      look = next;
    },
    get connections() {
      return pairs.size;
    },
    async close() {
      cut();
      server.close();
      await once(server, 'close');
    },
  };
}

function pause({ client, target }: { client: Socket; target: Socket }): void {
  client.pause();
  target.pause();
}

function resume({ client, target }: { client: Socket; target: Socket }): void {
  client.resume();
  target.resume();
}
