import { PassThrough } from 'node:stream';
import { ConnectionNotices } from '../../src/cli/output/connection-notices';
import type { Io } from '../../src/cli/output/io';
import { LoomClientError } from '../../src/client';

const FAILURE = { kind: 'retrying', failure: new LoomClientError('UNREACHABLE', 'no answer') } as const;

let stderr: PassThrough;
beforeEach(() => {
  jest.useFakeTimers();
  stderr = new PassThrough();
});
afterEach(() => jest.useRealTimers());

function notices(subject: { pendingBytes?: () => number; canGiveUp: boolean }): ConnectionNotices {
  const stdout = new PassThrough();
  const io: Io = {
    argv: [],
    env: {},
    stdin: stdout,
    stdout,
    stderr,
    ignoredSignals: [],
    hasTerminalInput: false,
    hasOneOutput: false,
    onSignal: () => {},
  };
  return new ConnectionNotices(io, undefined, subject);
}

const said = (): string => String(stderr.read() ?? '');

it('an outage is reported when it begins, after 10 s and then each minute, with the bytes that wait', () => {
  const { onEvent } = notices({ pendingBytes: () => 4711, canGiveUp: true });
  onEvent(FAILURE);
  expect(said()).toBe('stream: no answer; reconnecting\n');
  jest.advanceTimersByTime(9_900);
  onEvent(FAILURE);
  expect(said()).toBe('');
  jest.advanceTimersByTime(200);
  expect(said()).toBe(
    'stream: after 10 s still no answer; 4711 bytes wait; --give-up-after DURATION limits that\n',
  );
  jest.advanceTimersByTime(49_000);
  expect(said()).toBe('');
  jest.advanceTimersByTime(1_000);
  expect(said()).toContain('after 1 m 00 s still');
  jest.advanceTimersByTime(120_000);
  expect(said()).toMatch(/after 2 m 00 s .*after 3 m 00 s /s);
});

it('an outage of a reader has no bytes that wait, and none has --give-up-after twice', () => {
  const { onEvent } = notices({ canGiveUp: false });
  onEvent(FAILURE);
  jest.advanceTimersByTime(10_000);
  expect(said()).toBe('stream: no answer; reconnecting\nstream: after 10 s still no answer\n');
});

it('a server that takes the first request and never answers is reported', () => {
  const started = notices({ pendingBytes: () => 3, canGiveUp: false });
  started.begin('http://host');
  jest.advanceTimersByTime(10_000);
  expect(said()).toBe('stream: after 10 s still no answer from http://host; 3 bytes wait\n');
  started.onEvent(FAILURE);
  expect(said()).toBe('stream: no answer; reconnecting\n');
  jest.advanceTimersByTime(50_000);
  expect(said()).toBe('stream: after 1 m 00 s still no answer; 3 bytes wait\n');
});

it.each(['created', 'resumed'] as const)('an upload whose stream is %s reports no outage', (kind) => {
  const started = notices({ pendingBytes: () => 3, canGiveUp: true });
  started.begin('http://host');
  started.onEvent(kind === 'created' ? { kind, replaced: false } : { kind });
  said();
  jest.advanceTimersByTime(3_600_000);
  expect(said()).toBe('');
});

it('nothing more is reported once the server answers', () => {
  const { onEvent } = notices({ canGiveUp: true });
  onEvent(FAILURE);
  jest.advanceTimersByTime(5_000);
  onEvent({ kind: 'resumed' });
  jest.advanceTimersByTime(3_600_000);
  expect(said()).toBe('stream: no answer; reconnecting\nstream: reconnected\n');
});
