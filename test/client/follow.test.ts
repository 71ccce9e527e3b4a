import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { LoomClient } from '../../src/client/loom-client';
import type { Follow, FollowOptions } from '../../src/client/read/follow';
import type { ConnectionEvent } from '../../src/client/wire/connection-event';

type Handler = (req: IncomingMessage, res: ServerResponse) => void;

let server: Server;
let answers: Handler[];
let gets: string[];
let codings: unknown[];
let state: Record<string, string>;
let events: ConnectionEvent[];

/** Answers each GET with the next of `answers`, and HEAD with `state`. */
beforeEach(async () => {
  answers = [];
  gets = [];
  codings = [];
  events = [];
  state = { 'X-Stream-State': 'closed; outcome=complete', 'Upload-Offset': '11' };
  server = createServer((req, res) => {
    if (req.method === 'HEAD') {
      res.writeHead(state['status'] === undefined ? 200 : Number(state['status']), state).end();
      return;
    }
    gets.push(req.url ?? '');
    codings.push(req.headers['accept-encoding']);
    const answer = answers.shift() ?? refuse(500);
    answer(req, res);
  }).listen(0, '127.0.0.1');
  await once(server, 'listening');
});

afterEach(async () => {
  server.closeAllConnections();
  server.close();
  await once(server, 'close');
});

const all =
  (text: string, headers: Record<string, string> = {}): Handler =>
  (_, res) => {
    res.writeHead(200, headers).end(text);
  };
const cutAfter =
  (text: string, headers: Record<string, string> = {}): Handler =>
  (_, res) => {
    res.writeHead(200, headers);
    res.write(text, () => res.destroy());
  };
const hangAfter =
  (text: string): Handler =>
  (_, res) => {
    res.writeHead(200);
    res.write(text);
  };
const refuse =
  (status: number, headers: Record<string, string> = {}): Handler =>
  (_, res) => {
    res.writeHead(status, headers).end('{"error":"because"}');
  };

function follow(options: FollowOptions = {}): Follow {
  const { port } = server.address() as AddressInfo;
  const client = new LoomClient({ url: `http://127.0.0.1:${port}` });
  return client.follow('a', { baseMs: 1, capMs: 5, onEvent: (event) => events.push(event), ...options });
}

async function textOf(following: Follow): Promise<string> {
  const pieces: Uint8Array[] = [];
  for await (const piece of following) pieces.push(piece);
  return Buffer.concat(pieces).toString();
}

it('a follower yields every byte and then has the outcome', async () => {
  state['X-Stream-Metadata'] = '{"exitCode":4}';
  answers = [all('hello world')];
  const following = follow();
  expect(await textOf(following)).toBe('hello world');
  expect(following.end).toEqual({ state: 'closed', outcome: 'complete', metadata: { exitCode: 4 } });
});

it('a follower asks for bytes that are not compressed', async () => {
  answers = [cutAfter('hello'), all(' world')];
  expect(await textOf(follow())).toBe('hello world');
  expect(codings).toEqual(['identity', 'identity']);
});

it('a follower continues at the next byte after a broken connection', async () => {
  answers = [cutAfter('hello'), cutAfter(' '), all('world')];
  expect(await textOf(follow())).toBe('hello world');
  expect(gets).toEqual(['/stream/a?offset=0', '/stream/a?offset=5', '/stream/a?offset=6']);
  expect(events.map(({ kind }) => kind)).toEqual(['retrying', 'resumed', 'retrying', 'resumed']);
});

it('a follower reconnects when an answer ends before the stream', async () => {
  answers = [all('hello'), all(' world')];
  expect(await textOf(follow())).toBe('hello world');
  expect(gets).toHaveLength(2);
});

it('a follower begins at the given offset', async () => {
  answers = [all('world')];
  const following = follow({ offset: 6 });
  expect(await textOf(following)).toBe('world');
  expect(gets).toEqual(['/stream/a?offset=6']);
});

it('a follower renews a quiet connection without an event', async () => {
  state['X-Stream-State'] = 'open';
  const end: Handler = (req, res) => {
    state['X-Stream-State'] = 'closed; outcome=complete';
    all(' world')(req, res);
  };
  answers = [hangAfter('hello'), end];
  expect(await textOf(follow({ silenceMs: 2_000 }))).toBe('hello world');
  expect(events).toEqual([]);
});

it('a follower retries a busy server', async () => {
  answers = [refuse(503), refuse(502), all('hello world')];
  expect(await textOf(follow())).toBe('hello world');
});

it('a follower of an aborted stream ends with the outcome aborted', async () => {
  state['X-Stream-State'] = 'closed; outcome=aborted';
  answers = [all('hello world')];
  const following = follow();
  await textOf(following);
  expect(following.end?.outcome).toBe('aborted');
});

it('a follower ends when its stream is deleted', async () => {
  state['status'] = '404';
  answers = [all('hello')];
  const following = follow();
  expect(await textOf(following)).toBe('hello');
  expect(following.end?.outcome).toBe('deleted');
});

it('a follower never yields bytes of a second stream with the same id', async () => {
  answers = [
    cutAfter('hello', { 'X-Stream-Generation': '1' }),
    all('another world', { 'X-Stream-Generation': '2' }),
  ];
  const following = follow();
  expect(await textOf(following)).toBe('hello');
  expect(following.end?.outcome).toBe('replaced');
});

describe('a server that has lost bytes', () => {
  const lost =
    (from: number, to: number): Handler =>
    (_, res) => {
      const body = { error: 'some are gone', code: 'bytes_lost', generation: 'g.1', lost: { from, to } };
      res.writeHead(409, { 'X-Stream-Generation': 'g.1' }).end(JSON.stringify(body));
    };
  const before = { 'X-Stream-Generation': 'g' };
  const after = { 'X-Stream-Generation': 'g.1' };

  beforeEach(() => {
    Object.assign(state, after);
  });

  it('a follower reports the lost bytes and continues at the first of them', async () => {
    answers = [cutAfter('hello', before), lost(2, 5), all('y, world!', after)];
    const following = follow();
    expect(await textOf(following)).toBe('helloy, world!');
    expect(gets).toEqual([
      '/stream/a?offset=0',
      '/stream/a?offset=5&generation=g',
      '/stream/a?offset=2&generation=g.1',
    ]);
    expect(events).toContainEqual({ kind: 'lost', from: 2, to: 5 });
    expect(following).toMatchObject({ losses: [{ from: 2, to: 5 }], generation: 'g.1', offset: 11 });
  });

  it('a follower that has none of the lost bytes continues without an event', async () => {
    answers = [cutAfter('hello', before), all(' world', after)];
    const following = follow();
    expect(await textOf(following)).toBe('hello world');
    expect(following).toMatchObject({ losses: [], generation: 'g.1' });
  });

  it('a follower asks which bytes are lost when the stream has become shorter', async () => {
    state['Upload-Offset'] = '3';
    answers = [all('hello', before), lost(2, 5), all('y', after)];
    const following = follow();
    expect(await textOf(following)).toBe('helloy');
    expect(following.losses).toEqual([{ from: 2, to: 5 }]);
  });

  it('a follower does not end with a stream whose bytes differ from its own', async () => {
    answers = [all('hello world', before), lost(6, 11), all('again', after)];
    const following = follow();
    expect(await textOf(following)).toBe('hello worldagain');
    expect(following.end?.outcome).toBe('complete');
    expect(following.losses).toEqual([{ from: 6, to: 11 }]);
  });

  it("a follower continues with an earlier follower's offset and generation", async () => {
    answers = [all('world', after)];
    expect(await textOf(follow({ offset: 6, generation: 'g' }))).toBe('world');
    expect(gets).toEqual(['/stream/a?offset=6&generation=g']);
  });

  it('a follower fails when the answer does not name the lost bytes', async () => {
    answers = [cutAfter('hello', before), lost(5, 9)];
    await expect(textOf(follow())).rejects.toMatchObject({ code: 'BYTES_LOST', message: 'some are gone' });
  });
});

it('a follower ends as replaced when the generation of an answer changes', async () => {
  const replaced: Handler = (_, res) => {
    const body = { error: 'another one', code: 'stream_replaced', generation: '2' };
    res.writeHead(409, { 'X-Stream-Generation': '2' }).end(JSON.stringify(body));
  };
  answers = [cutAfter('hello', { 'X-Stream-Generation': '1' }), replaced];
  const following = follow();
  expect(await textOf(following)).toBe('hello');
  expect(following.end?.outcome).toBe('replaced');
});

it('a follower ends as replaced when the stream is shorter than its offset', async () => {
  answers = [cutAfter('hello'), refuse(416)];
  const following = follow();
  expect(await textOf(following)).toBe('hello');
  expect(following.end?.outcome).toBe('replaced');
});

it.each([
  [404, 'NOT_FOUND'],
  [401, 'REFUSED'],
  [416, 'REFUSED'],
])('a follower fails at once when the first answer is %d', async (status, code) => {
  answers = [refuse(status)];
  await expect(textOf(follow())).rejects.toMatchObject({ code, message: 'because' });
});

it('a follower gives up after giveUpAfterMs', async () => {
  await expect(textOf(follow({ giveUpAfterMs: 50 }))).rejects.toMatchObject({ code: 'GAVE_UP' });
});

it('a follower of a quiet stream stops when its signal aborts', async () => {
  answers = [hangAfter('hello')];
  const controller = new AbortController();
  const read = async (): Promise<void> => {
    for await (const _ of follow({ signal: controller.signal })) controller.abort(new Error('enough'));
  };
  await expect(read()).rejects.toThrow('enough');
});

it('a follower closes its connection when the iteration stops early', async () => {
  let isClosed = false;
  answers = [
    (req, res) => {
      hangAfter('hello')(req, res);
      res.once('close', () => {
        isClosed = true;
      });
    },
  ];
  for await (const _ of follow()) break;
  while (!isClosed) await new Promise((resolve) => setTimeout(resolve, 2));
});
