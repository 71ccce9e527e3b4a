import { RawConnection } from '../faults/raw-connection';
import { Consumer, Producer } from '../support/http';
import { onEachStore } from './on-each-store';

onEachStore('a part of an open stream on a connection', ({ url, freshId }) => {
  const begin = async (text: string): Promise<{ path: string; producer: Producer }> => {
    const path = `/stream/${freshId()}`;
    const producer = new Producer(url(path));
    await producer.head;
    const all = await Consumer.open(url(path));
    await producer.write(text);
    await all.until(text);
    all.close();
    return { path, producer };
  };
  const connect = (): Promise<RawConnection> => RawConnection.open(Number(new URL(url('')).port));

  it('of HTTP/1.0 goes out bare, and ends with the connection at its bound', async () => {
    const { path, producer } = await begin('one\ntwo\n');
    const connection = await connect();
    connection.send(`GET ${path}?line=2&lines=2 HTTP/1.0\r\n\r\n`);
    await connection.until('two\n');
    await producer.write('three\nfour\n');
    const [head = '', body] = (await connection.whole()).split('\r\n\r\n');
    expect(head).not.toMatch(/^(?:Trailer|Transfer-Encoding):/im);
    expect(body).toBe('two\nthree\n');
    await producer.end();
  });

  it.each(['tail=1', 'line=99', 'until=2100-01-01T00:00:00Z'])(
    'lets a request behind ?%s delete the stream that it waits for',
    async (query) => {
      const { path, producer } = await begin('one\ntwo\n');
      const connection = await connect();
      connection.send(`GET ${path}?${query} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
      connection.send(`DELETE ${path} HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
      const answers = await connection.whole();
      expect(answers).toContain('X-Stream-State: closed; outcome=deleted');
      expect(answers).toContain('HTTP/1.1 204 ');
      producer.destroy();
    },
  );

  it('is followed by the answer to the next request once its bound is reached', async () => {
    const { path, producer } = await begin('one\n');
    const connection = await connect();
    connection.send(`GET ${path}?lines=2 HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    connection.send(`GET ${path}?notail HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n\r\n`);
    await connection.until('one\n');
    await producer.write('two\n');
    const answers = await connection.whole();
    expect(answers).toMatch(/two\n\r\n0\r\nX-Stream-State: open\r\n\r\nHTTP\/1\.1 200 OK\r\n/);
    await producer.end();
  });
});
