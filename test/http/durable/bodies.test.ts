import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { sizeOf } from '../../../src/core/bytes/size-of';
import { ANONYMOUS } from '../../../src/http/access/principal';
import { BufferedBodies } from '../../../src/http/durable/context/buffered-bodies';
import { sendErrorResponse } from '../../../src/http/errors/send-error-response';
import { configFrom } from '../../support/config';
import { Producer, request } from '../../support/http';

const LENGTH_MAX = 100;
/** What a body may take that is to be refused, and the next one may, which is not. */
const SOON_MS = 1_000;

describe('BufferedBodies', () => {
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
        .withBody(
          { req, res, principal: () => ANONYMOUS },
          async (body) => void res.end(String(sizeOf(body))),
        )
        .catch((error) => sendErrorResponse(req, res, error, {}));
    });
  }

  /** Resolves once `bytes` of the next request have arrived. */
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

  it('a body is refused with 503 if the server was already stopping', async () => {
    take(60_000, 0, AbortSignal.abort());
    expect((await announced().answer).status).toBe(503);
  });

  it('an announced length reserves nothing', async () => {
    take();
    const arrived = come(0);
    const silent = announced();
    await arrived;
    expect((await whole()).status).toBe(200);
    silent.destroy();
  });

  it('received bytes count against the limit until their request has ended', async () => {
    take();
    const arrived = come(1);
    const begun = announced();
    await begun.write('x');
    await arrived;
    expect((await whole()).status).toBe(429);
    expect((await begun.end(Buffer.alloc(LENGTH_MAX - 1))).text).toBe(String(LENGTH_MAX));
    expect((await whole()).status).toBe(200);
  });

  it('the bytes of a refused body do not count against the limit', async () => {
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

  it('a body that stops arriving is refused with 408, and its connection is closed', async () => {
    take(SOON_MS);
    const begun = announced();
    await begun.write(Buffer.alloc(LENGTH_MAX - 1));
    const answer = await begun.answer;
    expect(answer.status).toBe(408);
    expect(answer.headers.connection).toBe('close');
    await begun.cut();
    expect((await whole()).status).toBe(200);
  });

  it('a body slower than the rate is refused with 408, and its bytes are released', async () => {
    take(SOON_MS, 1_000);
    const begun = announced();
    // What comes at once earns no more than the time that there is anyway.
    await begun.write(Buffer.alloc(50));
    const trickle = setInterval(() => begun.write('x').catch(() => {}), 100);
    const answer = await begun.answer;
    clearInterval(trickle);
    expect(answer.status).toBe(408);
    expect(answer.text).toContain('1000 bytes per second');
    expect(answer.headers.connection).toBe('close');
    expect((await whole()).status).toBe(200);
  });

  it('a body may arrive at any speed if no rate is set', async () => {
    take(10_000, 0);
    const begun = announced();
    for (let byte = 1; byte < LENGTH_MAX; byte += 1) await begun.write('x');
    expect((await begun.end('x')).text).toBe(String(LENGTH_MAX));
  });

  it('a stop of the server refuses unfinished bodies with 503', async () => {
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
