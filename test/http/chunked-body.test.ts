import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { ChunkedBody } from '../../src/http/live/chunked-body';

async function rawAnswer(
  request: string,
  answer: (body: ChunkedBody, res: http.ServerResponse) => void,
): Promise<string> {
  const server = http.createServer((_req, res) => {
    const body = new ChunkedBody(res);
    body.begin();
    answer(body, res);
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const socket = net.connect((server.address() as AddressInfo).port, '127.0.0.1').setEncoding('latin1');
  socket.write(request);
  let answered = '';
  socket.on('data', (text) => {
    answered += text;
    const ends = answered.match(/\r\n0\r\n([^\r]+\r\n)*\r\n/g)?.length ?? 0;
    if (ends === request.split('GET').length - 1) socket.end();
  });
  await once(socket, 'close');
  server.close();
  return answered.slice(answered.indexOf('\r\n\r\n') + 4);
}

const send = (body: ChunkedBody): void => {
  const shared = [Buffer.from('one'), Buffer.from('two')];
  body.writeShared(shared);
  body.writeShared(shared);
  body.write([Buffer.from('a'), Buffer.from('bc')]);
  body.write([]);
  body.end({ 'X-Stream-State': 'closed' });
};

describe('ChunkedBody', () => {
  it('the body is chunked once, and not a second time by Node', async () => {
    const sent = await rawAnswer('GET / HTTP/1.1\r\nHost: x\r\n\r\n', send);
    expect(sent).toBe('6\r\nonetwo\r\n6\r\nonetwo\r\n3\r\nabc\r\n0\r\nX-Stream-State: closed\r\n\r\n');
  });

  it('the head of a body is released once it is sent', async () => {
    let kept: unknown;
    await rawAnswer('GET / HTTP/1.1\r\nHost: x\r\n\r\n', (body, res) => {
      kept = Reflect.get(res, '_header');
      send(body);
    });
    expect(String(kept).length).toBeLessThan('HTTP/1.1 200 OK'.length);
  });

  it('the second of two pipelined bodies follows its own head', async () => {
    const bodies: ChunkedBody[] = [];
    const request = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';
    const sent = await rawAnswer(request + request, (body) => {
      bodies.unshift(body);
      // The second answer is over when the first one is not.
      if (bodies.length === 2) for (const each of bodies) send(each);
    });
    const [, second = ''] = sent.split('0\r\nX-Stream-State: closed\r\n\r\n');
    expect(second).toMatch(/^HTTP\/1\.1 200 OK\r\n(.+\r\n)+\r\n6\r\nonetwo\r\n/);
  });

  it('a body on HTTP/1.0 is not chunked', async () => {
    expect(await rawAnswer('GET / HTTP/1.0\r\n\r\n', send)).toBe('onetwoonetwoabc');
  });
});
