import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { FrontDoor } from '../../../src/http/front/front-door';
import { Routes } from '../../../src/http/front/routes';
import { sendEmpty } from '../../../src/http/front/send-head';
import type { Wire } from '../../../src/http/front/wire';
import { openAccess } from '../../../src/http/open-access';
import { Meters } from '../../../src/metrics/meters';
import { createLogger } from '../../../src/observe/logger';
import { configFrom } from '../../support/config';

const ORIGIN = 'https://page.test';

const routes = new Routes();
routes.whole.get('/whole/text', (ctx) => {
  ctx.body = 'hello';
});
routes.whole.get('/whole/bytes', (ctx) => {
  ctx.body = Buffer.from([0, 1]);
});
routes.whole.get('/whole/json', (ctx) => {
  ctx.body = { is: ['JSON'] };
});
routes.stream(['GET'], '/whole/raw/:what', async (request, [what]) => {
  request.res.end(what);
});

const WIRES: readonly Wire[] = [
  { name: 'loom', path: '/whole', handle: (request) => routes.handle(request) },
  { name: 'loom', path: '/below/', handle: ({ path, res }) => void res.end(path) },
  {
    name: 'loom',
    path: '/marked',
    headers: { 'X-Mark': 'yes' },
    stripPrefix: '/marked',
    handle(request) {
      if (request.path === '/fails') throw new Error('secret');
      sendEmpty(request, 200, { 'X-Path': request.path });
    },
  },
];

describe('FrontDoor', () => {
  const config = configFrom({ http: { allowOrigin: [ORIGIN] } });
  const logger = createLogger({ level: 'silent', format: 'json' });
  const door = new FrontDoor(config, logger, openAccess(config, logger).access, new Meters());
  const server = createServer(door.listenerOf(WIRES));
  let url: string;
  beforeAll(async () => {
    await once(server.listen(0, '127.0.0.1'), 'listening');
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => void server.close());

  const get = (path: string, init: RequestInit = {}) => fetch(url + path, init);

  it('Koa sends a text, bytes and JSON in its usual way', async () => {
    const text = await get('/whole/text');
    expect([text.headers.get('Content-Type'), await text.text()]).toEqual([
      'text/plain; charset=utf-8',
      'hello',
    ]);
    const bytes = await get('/whole/bytes');
    expect([...new Uint8Array(await bytes.arrayBuffer())]).toEqual([0, 1]);
    expect(await (await get('/whole/json')).text()).toBe('{"is":["JSON"]}');
  });

  it('a streaming route gets the raw response and the undecoded path parameters', async () => {
    expect(await (await get('/whole/raw/a%2Fb')).text()).toBe('a%2Fb');
  });

  it('a method that a path does not have is refused with those that it has', async () => {
    for (const method of ['DELETE', 'PROPFIND']) {
      const answer = await get('/whole/raw/x', { method });
      expect([answer.status, answer.statusText]).toEqual([405, 'Method Not Allowed']);
      expect(answer.headers.get('Allow')).toBe('HEAD, GET');
    }
  });

  it('a wire gets the requests of its path and below, and no others', async () => {
    const statusOf = async (path: string) => (await get(path)).status;
    expect(await (await get('/below/x?y')).text()).toBe('/below/x');
    expect(await statusOf('/below')).toBe(404);
    expect(await statusOf('/markedly')).toBe(404);
    expect((await get('/marked')).headers.get('X-Path')).toBe('/');
    expect((await get('/marked/a')).headers.get('X-Path')).toBe('/a');
  });

  it('answers, errors and preflights have the headers of their wire', async () => {
    const preflight = { Origin: ORIGIN, 'Access-Control-Request-Method': 'PUT' };
    const answers = [
      await get('/marked/a'),
      await get('/marked/fails'),
      await get('/marked/a', { method: 'OPTIONS', headers: preflight }),
    ];
    expect(answers.map(({ status }) => status)).toEqual([200, 500, 204]);
    for (const { headers } of answers) {
      expect(headers.get('X-Mark')).toBe('yes');
      expect(headers.get('X-Request-Id')).toMatch(/^[\w-]+$/);
    }
    expect(await answers[1]?.json()).toEqual({ error: 'Internal error', code: 'internal_error' });
  });
});
