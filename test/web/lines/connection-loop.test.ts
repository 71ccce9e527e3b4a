import { once } from 'node:events';
import { ConnectionLoop, type ConnectionLoopParts } from '../../../web/lines/connection-loop';
import { ApiError } from '../../../web/shell/api-error';

type Attempt = ConnectionLoopParts['attempt'];

/** A loop whose attempts end as they are listed; the last one lasts. */
function loopOf(...attempts: Attempt[]): { loop: ConnectionLoop; seen: string[]; closed: AbortController } {
  const seen: string[] = [];
  const closed = new AbortController();
  const waits: Attempt = async (isUp, signal) => {
    isUp();
    if (!signal.aborted) await once(signal, 'abort');
    throw signal.reason;
  };
  const parts: ConnectionLoopParts = {
    attempt: (isUp, signal) => (attempts.shift() ?? waits)(isUp, signal),
    isKnown: () => true,
    onReload: () => seen.push('reload'),
    onChanged: () => {
      const { kind } = loop.connection;
      if (seen.at(-1) !== kind) seen.push(kind);
      if (kind === 'away') setImmediate(() => loop.retry());
      if (kind === 'live' && attempts.length === 0) setImmediate(() => closed.abort());
    },
  };
  const loop: ConnectionLoop = new ConnectionLoop(parts, closed.signal);
  return { loop, seen, closed };
}

function fails(status: number, code = 'unknown', details = {}): Attempt {
  return () => Promise.reject(new ApiError(status, code, 'a sentence', details));
}

it.each([
  ['cannot be reached', fails(0)],
  ['is busy', fails(429)],
  ['stops', fails(503)],
  ['breaks the connection', (): Promise<boolean> => Promise.reject(new TypeError('terminated'))],
  ['ends an answer although the stream is open', (): Promise<boolean> => Promise.resolve(false)],
  ['has nothing there yet', fails(416)],
])('a server that %s is tried again', async (_, attempt) => {
  const { loop, seen } = loopOf(attempt);
  await loop.run();
  expect(seen).toEqual(['away', 'live']);
});

it.each([
  ['gone', fails(404)],
  ['refused', fails(401)],
  ['refused', fails(403)],
  ['replaced', fails(409, 'stream_replaced', { generation: 'g' })],
  ['failed', fails(500, 'stream_damaged')],
  ['failed', fails(400)],
  ['ended', (): Promise<boolean> => Promise.resolve(true)],
])('it is %s, and not tried again', async (kind, attempt) => {
  const { loop } = loopOf(attempt);
  await loop.run();
  expect(loop.connection.kind).toBe(kind);
});

it('a stream that was removed during the request is looked for once more', async () => {
  const { loop, seen } = loopOf(fails(410), fails(409, 'stream_replaced'));
  await loop.run();
  expect(seen).toEqual(['away', 'replaced']);
  const other = loopOf(fails(410), fails(410));
  await other.loop.run();
  expect(other.loop.connection.kind).toBe('gone');
});

it('a stream that has lost bytes is loaded anew', async () => {
  const { loop, seen } = loopOf(fails(409, 'bytes_lost'));
  await loop.run();
  expect(seen).toEqual(['reload', 'connecting', 'live']);
});

it('the time since which it is away stays over several attempts', async () => {
  const { loop, closed } = loopOf();
  const since = new Set<number>();
  const parts = { attempts: 0 };
  const away = new ConnectionLoop(
    {
      attempt: () => Promise.reject(new ApiError(0, 'unreachable', 'The server cannot be reached')),
      isKnown: () => false,
      onReload: () => undefined,
      onChanged: () => {
        if (away.connection.kind === 'away') since.add(away.connection.since);
        parts.attempts += 1;
        if (parts.attempts === 5) closed.abort();
        else setTimeout(() => away.retry(), 2);
      },
    },
    closed.signal,
  );
  await away.run();
  expect([since.size, loop.connection.kind]).toEqual([1, 'connecting']);
});

it('a request beside an ended stream that fails makes it away, and one that works ends that', async () => {
  const { loop } = loopOf(() => Promise.resolve(true));
  await loop.run();
  const pauseMs = loop.failedBeside(new ApiError(0, 'unreachable', 'The server cannot be reached'));
  expect([loop.connection.kind, typeof pauseMs]).toEqual(['away', 'number']);
  loop.workedBeside();
  expect(loop.connection.kind).toBe('ended');
  expect(loop.failedBeside(new ApiError(404, 'stream_not_found', 'gone'))).toBeUndefined();
  expect(loop.connection.kind).toBe('gone');
});
