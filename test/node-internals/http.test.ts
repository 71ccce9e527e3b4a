import { once } from 'node:events';
import http, { type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import net from 'node:net';
import { destroySoonAsNode, replaceDestroySoon } from '../../src/node-internals/destroy-soon';
import { keepHalfOpen } from '../../src/node-internals/half-open-server';
import { ReusableResponse, returnToHttp, takeFromHttp } from '../../src/node-internals/parked-connection';
import { onResponseEnd } from '../../src/node-internals/response-end';
import { takeOverFraming } from '../../src/node-internals/response-framing';
import { closeWaiting, onTurn } from '../../src/node-internals/waiting-response';
import { assertStill } from './canary';

const REQUEST = 'GET / HTTP/1.1\r\nHost: x\r\n\r\n';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

/** @returns all that the client gets, which closes its side after `sent` if it is `half` */
async function talk(
  sent: string,
  half: boolean,
  handler: Handler,
  listen = (_: http.Server) => {},
): Promise<string> {
  const server = http.createServer({ ServerResponse: ReusableResponse }, handler);
  listen(server);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = net.connect({ port, host: '127.0.0.1', allowHalfOpen: true }).setEncoding('latin1');
  let got = '';
  socket.on('data', (text) => {
    got += text;
  });
  if (half) socket.end(sent);
  else socket.write(sent);
  await once(socket, 'end');
  socket.destroy();
  server.close();
  return got;
}

describe('internals of node:http', () => {
  it('a half-closed connection stays open if httpAllowHalfOpen is set', async () => {
    const answerLater: Handler = (_req, res) => {
      res.setHeader('Connection', 'close');
      setTimeout(() => res.end('late'), 50);
    };
    const got = await talk(REQUEST, true, answerLater, keepHalfOpen);
    assertStill(got.endsWith('late'), 'httpAllowHalfOpen keeps half-closed connections', 'half-open-server');
  });

  it('a response sends its writes unframed once chunkedEncoding is false', async () => {
    let isChunked = false;
    const got = await talk(REQUEST, false, (_req, res) => {
      isChunked = takeOverFraming(res);
      res.write('3\r\nabc\r\n0\r\n\r\n');
      res.end(() => res.req.socket.end());
    });
    assertStill(isChunked, 'chunkedEncoding says whether the head announces chunks', 'response-framing');
    assertStill(
      got.endsWith('\r\n\r\n3\r\nabc\r\n0\r\n\r\n'),
      'chunkedEncoding = false stops the framing',
      'response-framing',
    );
  });

  it('a response keeps its head in _header', async () => {
    let head: unknown;
    await talk(REQUEST, false, (_req, res) => {
      res.flushHeaders();
      head = Reflect.get(res, '_header');
      res.end(() => res.req.socket.end());
    });
    assertStill(String(head).startsWith('HTTP/1.1 200'), '_header has the head', 'response-framing');
  });

  it('a waiting response emits socket when its turn comes', async () => {
    const waiting: ServerResponse[] = [];
    let turns = 0;
    await talk(REQUEST + REQUEST, false, (_req, res) => {
      waiting.push(res);
      const [first, second] = waiting;
      if (first === undefined || second === undefined) return;
      assertStill(second.socket === null, 'a waiting response has the socket null', 'waiting-response');
      onTurn(second, () => {
        turns += 1;
        second.end(() => second.req.socket.end());
      });
      first.end();
      setTimeout(() => first.req.socket.end(), 1_000).unref();
    });
    assertStill(turns === 1, 'a response emits socket when its turn comes', 'waiting-response');
  });

  it('a response counts as closed once _closed is set', async () => {
    let wasClosed: boolean | undefined;
    let isClosed = false;
    await talk(REQUEST, false, (_req, res) => {
      wasClosed = res.closed;
      closeWaiting(res);
      isClosed = res.closed;
      res.req.socket.end();
    });
    assertStill(wasClosed === false && isClosed, 'closed returns _closed', 'waiting-response');
  });

  it('a replaced end of a response is called', async () => {
    const ends: boolean[] = [];
    await talk(REQUEST, false, (_req, res) => {
      onResponseEnd(res, () => ends.push(res.writableEnded));
      res.end(() => res.req.socket.end());
    });
    assertStill(ends.length === 1 && ends[0] === true, 'end can be replaced', 'response-end');
  });

  it('a replaced destroy of a response is called', async () => {
    let notified = 0;
    await talk(REQUEST, false, (_req, res) => {
      const { socket } = res.req;
      onResponseEnd(res, () => {
        notified += 1;
        socket.end();
      });
      res.destroy();
      socket.end();
    });
    assertStill(notified === 1, 'destroy can be replaced', 'response-end');
  });

  it('node:http calls destroySoon after a response with Connection: close', async () => {
    let calls = 0;
    await talk(REQUEST, false, (req, res) => {
      replaceDestroySoon(req.socket, function () {
        calls += 1;
        destroySoonAsNode(this);
      });
      res.setHeader('Connection', 'close');
      res.end('over');
    });
    assertStill(calls > 0, 'Node calls destroySoon after Connection: close', 'destroy-soon');
  });

  describe('of a connection with a response that goes on', () => {
    /** Takes the connection of the first response from node:http. @returns what became of it */
    async function parked(
      sent: string,
      then: (server: http.Server, res: ServerResponse) => void,
    ): Promise<{
      requests: [IncomingMessage, ServerResponse][];
      wasTaken: boolean;
      parser: unknown;
      got: string;
    }> {
      const requests: [IncomingMessage, ServerResponse][] = [];
      let [wasTaken, parser]: [boolean, unknown] = [false, undefined];
      let server: http.Server | undefined;
      const handler: Handler = (req, res) => {
        requests.push([req, res]);
        if (requests.length > 1) return;
        res.write('begun;');
        // The one that a listener has.
        req.socket.on('close', () => {});
        req.resume().on('end', () =>
          setImmediate(() => {
            wasTaken = takeFromHttp(req.socket, res);
            parser = Reflect.get(req.socket, 'parser');
            if (server !== undefined) then(server, res);
          }),
        );
      };
      const got = await talk(sent, false, handler, (listening) => {
        server = listening;
      });
      return { requests, wasTaken, parser, got };
    }

    it('node:http frees the parser when its listener for the close is called', async () => {
      const { wasTaken, parser } = await parked(REQUEST, (_server, res) => res.socket?.end());
      assertStill(
        wasTaken && parser === null,
        'socketOnClose frees the parser, and the other listeners are known',
        'parked-connection',
      );
    });

    it('a parser that has a part of a request says so at its end', async () => {
      const { wasTaken } = await parked(`${REQUEST}GET /`, (_server, res) => res.socket?.end());
      assertStill(!wasTaken, 'finish of a parser returns an error', 'parked-connection');
    });

    it('node:http takes the response that the constructor returns, and ends it', async () => {
      const { requests, got } = await parked(REQUEST, (server, res) => {
        const { socket } = res;
        if (socket === null) return;
        returnToHttp(server, socket, res);
        res.end('over;', () => socket.end());
      });
      const [first, second] = requests;
      assertStill(
        second !== undefined &&
          second[1] === first?.[1] &&
          second[0] !== first[0] &&
          second[1].req === second[0],
        'node:http takes the response of the constructor',
        'parked-connection',
      );
      assertStill(
        got.match(/HTTP/g)?.length === 1 && /begun;.*over;.*\r\n0\r\n\r\n$/s.test(got),
        'a response goes on with another request',
        'parked-connection',
      );
    });
  });
});
