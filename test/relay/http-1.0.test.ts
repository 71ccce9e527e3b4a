import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { Call } from './call';
import { deploy } from './deployments';

describe('a client of HTTP/1.0', () => {
  const site = deploy('httpipe', { name: '', store: 'file', nodes: 1, alone: false });
  const sockets: Socket[] = [];

  afterEach(() => {
    for (const socket of sockets.splice(0)) socket.destroy();
  });

  const nodeUrl = (): string => site.nodes()[0]?.url ?? '';
  const at = (path: string, method: string, body?: string): Call =>
    new Call(nodeUrl() + path, { method, ...(body !== undefined && { body }) });

  /** @returns the connection, and all that comes on it until it ends; rejects when it is reset */
  function ask(request: string): { socket: Socket; text: Promise<string> } {
    const socket = connect(Number(new URL(nodeUrl()).port), '127.0.0.1');
    sockets.push(socket);
    let received = '';
    socket.setEncoding('latin1').on('data', (piece: string) => {
      received += piece;
    });
    const text = once(socket, 'end').then(() => received);
    // Some tests do not await it.
    text.catch(() => {});
    socket.write(request);
    return { socket, text };
  }

  async function createStream(): Promise<string> {
    const { text } = await at('/rendezvous/stream', 'POST', '').answer();
    return `/rendezvous/stream/${JSON.parse(text).stream}`;
  }

  it('a download of rendezvous is not chunked', async () => {
    const stream = await createStream();
    const { text } = ask(`GET ${stream} HTTP/1.0\r\n\r\n`);
    expect(await at(stream, 'PUT', 'hello').status()).toBe(200);
    const [head = '', body] = (await text).split('\r\n\r\n');
    expect(head).not.toMatch(/transfer-encoding/i);
    expect(body).toBe('hello');
  });

  it('a receiver is reset if its sender leaves before the end', async () => {
    const channel = `/channels/${randomUUID()}/x`;
    const { socket, text } = ask(`GET ${channel} HTTP/1.0\r\n\r\n`);
    const producer = at(channel, 'POST');
    await producer.write('half');
    await once(socket, 'data');
    await producer.leave();
    await expect(text).rejects.toMatchObject({ code: 'ECONNRESET' });
  });

  it('a request with Expect gets no 100 Continue', async () => {
    const channel = `/channels/${randomUUID()}/x`;
    const consumer = at(channel, 'GET');
    const { text } = ask(`POST ${channel} HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\nhi`);
    expect((await consumer.answer()).text).toBe('hi');
    expect(await text).toMatch(/^HTTP\/1\.1 200 /);
    const created = ask(
      'POST /rendezvous/stream HTTP/1.0\r\nExpect: 100-continue\r\nContent-Length: 2\r\n\r\n{}',
    );
    expect(await created.text).toMatch(/^HTTP\/1\.1 201 /);
  });
});
