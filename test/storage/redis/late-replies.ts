import { once } from 'node:events';
import { type AddressInfo, connect, createServer, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import type { LogStore } from '../../../src/core/store/store';
import { openRedisStore } from '../../support/open-stores';

export interface LateStore {
  readonly store: LogStore;
  /** Holds the replies to commands from now on, but not those to blocking reads. */
  hold(): void;
  /** Resolves once something is kept back. */
  untilHeld(): Promise<void>;
  /** Passes on what was kept back. */
  release(): void;
}

/** Runs a test with a store whose commands reach Redis at once, and whose answers can be made to come late. */
export async function withLateReplies(
  redisPort: number,
  test: (late: LateStore) => Promise<void>,
): Promise<void> {
  const sockets: Socket[] = [];
  let commands: Socket | undefined;
  let held: Buffer[] | undefined;
  const server = createServer((client) => {
    const target = connect(redisPort, '127.0.0.1');
    sockets.push(client, target);
    // A store connects for its commands first.
    commands ??= client;
    for (const socket of [client, target]) socket.on('error', () => socket.destroy());
    client.on('data', (piece) => target.write(piece)).on('close', () => target.destroy());
    target.on('data', (piece) => {
      if (client === commands && held !== undefined) held.push(piece);
      else client.write(piece);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const release = (): void => {
    for (const piece of held ?? []) commands?.write(piece);
    held = undefined;
  };
  const store = await openRedisStore(`redis://127.0.0.1:${port}`);
  try {
    const hold = (): void => {
      held = [];
    };
    const untilHeld = async (): Promise<void> => {
      while (held?.length === 0) await delay(1);
    };
    await test({ store, hold, untilHeld, release });
  } finally {
    release();
    await store.close();
    for (const socket of sockets) socket.destroy();
    server.close();
  }
}
