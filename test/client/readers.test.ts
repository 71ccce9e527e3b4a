import { once } from 'node:events';
import { createServer, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Readable } from 'node:stream';
import { LoomClient, type StreamLine } from '../../src/client';

const OPEN = { 'X-Stream-State': 'open', 'X-Stream-Generation': 'g', 'Upload-Offset': '2' };
const CLOSED = { ...OPEN, 'X-Stream-State': 'closed; outcome=complete' };

let server: Server;
let client: LoomClient;
/** What a GET is answered with. The answer stays open unless that ends it. */
let answer: (res: ServerResponse) => void;
/** The answers that are open. */
let open: ServerResponse[];
let heads: Record<string, string>;

beforeEach(async () => {
  open = [];
  heads = OPEN;
  server = createServer((req, res) => {
    if (req.method === 'HEAD') {
      res.writeHead(200, heads).end();
      return;
    }
    open.push(res);
    answer(res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  client = new LoomClient({ url: `http://127.0.0.1:${(server.address() as AddressInfo).port}` });
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const bytes =
  (text: string): typeof answer =>
  (res) => {
    res.writeHead(200, { ...OPEN, 'X-Stream-Offset': '0' }).write(text);
  };
const ndjson =
  (...objects: readonly object[]): typeof answer =>
  (res) => {
    res.writeHead(200, { ...CLOSED, 'Content-Type': 'application/x-ndjson' });
    for (const object of objects) res.write(`${JSON.stringify(object)}\n`);
    if ('state' in (objects.at(-1) ?? {})) res.end();
  };

/** Resolves when the client has closed its first connection. */
async function connectionClosed(): Promise<void> {
  const [res] = open;
  if (res !== undefined && !res.closed) await once(res, 'close');
}

describe('a reader that is left while it waits', () => {
  const readers: [string, () => AsyncIterable<unknown>][] = [
    ['a read', () => client.follow('a')],
    ['a spy', () => client.spy()],
  ];

  it.each(readers)('%s closes its connection at once', async (_, read) => {
    answer = bytes('ab');
    const items = read()[Symbol.asyncIterator]();
    await items.next();
    const waiting = items.next();
    const left = items.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    expect(await left).toEqual({ done: true, value: undefined });
    await connectionClosed();
  });

  it('a search closes its connection at once', async () => {
    answer = ndjson({ line: 1, offset: 0, time: null, text: 'x', at: [[0, 1]] });
    const items = client.matches('a', 'x', { follow: true });
    await items.next();
    const waiting = items.next();
    await items.return?.();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await connectionClosed();
  });

  it('a cancelled Web stream closes the connection', async () => {
    answer = bytes('ab');
    const reader = client.follow('a').toReadableStream().getReader();
    await reader.read();
    const waiting = reader.read();
    await reader.cancel();
    expect(await waiting).toEqual({ done: true, value: undefined });
    await connectionClosed();
  });

  it('a destroyed stream of Node closes the connection', async () => {
    answer = bytes('ab');
    const stream = Readable.from(client.follow('a'));
    await once(stream, 'data');
    stream.destroy();
    await connectionClosed();
    expect(stream.errored).toBeNull();
  });

  it('a read continues after its last item', async () => {
    answer = bytes('ab');
    const following = client.follow('a');
    for await (const piece of following) {
      expect(Buffer.from(piece).toString()).toBe('ab');
      break;
    }
    let asked: string | undefined;
    server.once('request', ({ url }) => {
      asked = url;
    });
    heads = { ...CLOSED, 'Upload-Offset': '4' };
    answer = (res) => res.writeHead(200, { ...CLOSED, 'X-Stream-Offset': '2' }).end('cd');
    expect(await following.text()).toBe('cd');
    expect(asked).toContain('offset=2');
  });
});

describe('the lines of a stream', () => {
  const begun = { line: 1, offset: 0, time: null, text: 'Continue', partial: true } as const;
  const rest = { line: 1, offset: 8, time: null, text: '? yes' } as const;
  const end = { state: 'closed', outcome: 'complete', bytes: 14, lines: 1 };

  async function linesOf(options?: { parts: boolean }): Promise<StreamLine[]> {
    const lines: StreamLine[] = [];
    for await (const line of client.follow('a').lines(options)) lines.push(line);
    return lines;
  }

  beforeEach(() => {
    heads = { ...CLOSED, 'Upload-Offset': '14' };
  });

  it('a line that came in parts is yielded once, whole', async () => {
    answer = ndjson(begun, rest, end);
    expect(await linesOf()).toEqual([{ ...rest, offset: 0, text: 'Continue? yes' }]);
  });

  it('parts of a line are yielded as they come if they are wanted', async () => {
    answer = ndjson(begun, rest, end);
    expect(await linesOf({ parts: true })).toEqual([begun, rest]);
  });

  it('a line that stays unfinished is yielded at the end of the stream', async () => {
    answer = ndjson(begun, end);
    expect(await linesOf()).toEqual([begun]);
  });

  it('a line whose connection is lost between its parts is yielded once', async () => {
    let isFirst = true;
    answer = (res) => {
      if (!isFirst) return ndjson(begun, rest, end)(res);
      isFirst = false;
      ndjson(begun)(res);
      setImmediate(() => res.destroy());
    };
    expect(await linesOf()).toEqual([{ ...rest, offset: 0, text: 'Continue? yes' }]);
  });
});

describe('the text of a stream', () => {
  it('a character that is cut between two pieces is one', async () => {
    heads = { ...CLOSED, 'Upload-Offset': '4' };
    answer = (res) => {
      res.writeHead(200, { ...CLOSED, 'X-Stream-Offset': '0' });
      res.write(Buffer.from([0x61, 0xe2, 0x82]), () => res.end(Buffer.from([0xac])));
    };
    expect(await client.follow('a').text()).toBe('a€');
  });

  it('a read that fails rejects', async () => {
    answer = (res) =>
      res.writeHead(404, { 'Content-Type': 'application/json' }).end('{"code":"stream_not_found"}');
    await expect(client.follow('a').text()).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });
});
