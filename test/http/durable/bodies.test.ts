import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { sizeOf } from '../../../src/core/bytes/size-of';
import { BufferedBodies } from '../../../src/http/durable/context/buffered-bodies';
import { sendErrorResponse } from '../../../src/http/errors/send-error-response';
import { configFrom } from '../../support/config';
import { Producer, request } from '../../support/http';

const LENGTH_MAX = 100;

describe('bodies that are read whole', () => {
  const server = createServer();
  let url: string;
  let stopping: AbortController;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}/`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  function take(bodyTimeout = 60_000, bodyRate = 0, signal?: AbortSignal): void {
    stopping = new AbortController();
    const { limits, http } = configFrom({});
    const bodies = new BufferedBodies(
      {
        limits: { ...limits, appendBytes: LENGTH_MAX, gatheredBytes: LENGTH_MAX },
        http: { ...http, bodyTimeout, bodyRate },
      },
      signal ?? stopping.signal,
    );
    server.removeAllListeners('request').on('request', (req, res) => {
      bodies
        .withBody({ req, res }, async (body) => void res.end(String(sizeOf(body))))
        .catch((error) => sendErrorResponse(req, res, error, {}));
    });
  }

  /** The next request, once `bytes` of it have come. */
  function come(bytes: number): Promise<void> {
    return new Promise((resolve) => {
      server.once('request', (req) => {
        let seen = 0;
        if (bytes === 0) resolve();
        req.on('data', (piece: Buffer) => {
          seen += piece.length;
          if (seen >= bytes) resolve();
        });
      });
    });
  }

  const whole = () => request(url, { method: 'POST', body: Buffer.alloc(LENGTH_MAX) });
  const announced = () => new Producer(url, { headers: { 'Content-Length': String(LENGTH_MAX) } });

  it('are refused when the server was stopping before the first of them', async () => {
    take(60_000, 0, AbortSignal.abort());
    expect((await announced().answer).status).toBe(503);
  });

  it('take no room for what is only announced', async () => {
    take();
    const arrived = come(0);
    const silent = announced();
    await arrived;
    expect((await whole()).status).toBe(200);
    silent.destroy();
  });

  it('take the room of what came of them until they are over', async () => {
    take();
    const arrived = come(1);
    const begun = announced();
    await begun.write('x');
    await arrived;
    expect((await whole()).status).toBe(429);
    expect((await begun.end(Buffer.alloc(LENGTH_MAX - 1))).text).toBe(String(LENGTH_MAX));
    expect((await whole()).status).toBe(200);
  });

  it('take no room for what comes of one that was refused', async () => {
    take();
    const holds = come(60);
    const holder = announced();
    await holder.write(Buffer.alloc(60));
    await holds;
    const comes = come(100);
    // The connection is to be kept: the rest of the body comes after the answer.
    const refused = connect(Number(new URL(url).port), '127.0.0.1');
    refused.write('POST / HTTP/1.1\r\nHost: loom\r\nTransfer-Encoding: chunked\r\n\r\n');
    refused.write(`3c\r\n${'x'.repeat(60)}\r\n`);
    const [answer] = (await once(refused, 'data')) as [Buffer];
    expect(answer.toString()).toContain('429');
    await holder.end(Buffer.alloc(40));
    refused.write(`28\r\n${'x'.repeat(40)}\r\n`);
    await comes;
    expect((await whole()).status).toBe(200);
    refused.destroy();
  });

  it('are refused with 408 when nothing comes of them, and their connection is cut', async () => {
    take(50);
    const begun = announced();
    await begun.write(Buffer.alloc(LENGTH_MAX - 1));
    const answer = await begun.answer;
    expect(answer.status).toBe(408);
    expect(answer.headers.connection).toBe('close');
    await begun.cut();
    expect((await whole()).status).toBe(200);
  });

  it('are refused with 408 when they come too slowly, and their room is given back', async () => {
    take(200, 1_000);
    const begun = announced();
    // What comes at once earns no more than the time that there is anyway.
    await begun.write(Buffer.alloc(50));
    const trickle = setInterval(() => begun.write('x').catch(() => {}), 20);
    const answer = await begun.answer;
    clearInterval(trickle);
    expect(answer.status).toBe(408);
    expect(answer.text).toContain('1000 bytes per second');
    expect(answer.headers.connection).toBe('close');
    expect((await whole()).status).toBe(200);
  });

  it('may come as slowly as they like where no rate is asked for', async () => {
    take(10_000, 0);
    const begun = announced();
    for (let byte = 1; byte < LENGTH_MAX; byte += 1) await begun.write('x');
    expect((await begun.end('x')).text).toBe(String(LENGTH_MAX));
  });

  it('are not waited for when the server stops', async () => {
    take();
    const arrived = come(1);
    const begun = announced();
    await begun.write('x');
    await arrived;
    stopping.abort();
    expect((await begun.answer).status).toBe(503);
    expect((await whole()).status).toBe(503);
  });
});
