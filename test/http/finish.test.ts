import { once } from 'node:events';
import { createServer, type ServerResponse } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { finish } from '../../src/http/live/finish';

const LARGE = Buffer.alloc(32 * 1024 * 1024);

describe('finish', () => {
  const server = createServer();
  beforeAll(() => once(server.listen(0, '127.0.0.1'), 'listening'));
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  /** A client that reads nothing before `read` is called. */
  async function asked() {
    const request = once(server, 'request') as Promise<[unknown, ServerResponse]>;
    const client = connect((server.address() as AddressInfo).port, '127.0.0.1').pause();
    client.on('error', () => {});
    client.write('GET / HTTP/1.1\r\nHost: loom\r\nConnection: close\r\n\r\n');
    const [, res] = await request;
    let bytes = 0;
    client.on('data', (piece: Buffer) => {
      bytes += piece.length;
    });
    client.pause();
    const read = async () => {
      const closed = once(client, 'close');
      client.resume();
      await closed;
      return bytes;
    };
    return { res, read };
  }

  it('an ended response is cut if its consumer does not read it', async () => {
    const { res, read } = await asked();
    finish(res, 50, LARGE);
    await once(res, 'close');
    expect(await read()).toBeLessThan(LARGE.length);
  });

  it('an ended response is not cut if its consumer reads it in time', async () => {
    const { res, read } = await asked();
    finish(res, 60_000, LARGE);
    expect(await read()).toBeGreaterThan(LARGE.length);
  });
});
