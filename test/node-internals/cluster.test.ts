import cluster from 'node:cluster';
import { once } from 'node:events';
import net from 'node:net';
import { join } from 'node:path';
import { assertStill } from './canary';

describe('internals of node:cluster', () => {
  it('the primary sends a connection with seq, key and handle, and the worker confirms it by seq', async () => {
    cluster.setupPrimary({ exec: join(__dirname, 'listening-worker.cjs'), silent: true });
    cluster.schedulingPolicy = cluster.SCHED_RR;
    const worker = cluster.fork();
    const child = worker.process;
    const { send } = child;
    const sent: unknown[][] = [];
    const confirmed: unknown[] = [];
    Object.assign(child, {
      send: (...args: unknown[]) => {
        sent.push(args);
        return Reflect.apply(send, child, args);
      },
    });
    child.on('internalMessage', (message: object) => 'ack' in message && confirmed.push(message.ack));
    const [{ port }] = (await once(worker, 'message')) as [{ port: number }];
    const socket = net.connect(port, '127.0.0.1').resume();
    await once(socket, 'close');
    worker.disconnect();
    await once(worker, 'exit');
    const [message, handle] = sent.find(([one]) => field(one, 'act') === 'newconn') ?? [];
    const user = 'undelivered-connections';
    assertStill(message !== undefined, 'the primary sends a connection as act "newconn"', user);
    assertStill(field(message, 'key') !== undefined, 'that message has the key of the port', user);
    assertStill(
      typeof field(handle, 'close') === 'function',
      'the connection itself is sent beside it',
      user,
    );
    assertStill(confirmed.includes(field(message, 'seq')), 'the worker confirms it by its seq', user);
  });
});

function field(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? Reflect.get(value, name) : undefined;
}
