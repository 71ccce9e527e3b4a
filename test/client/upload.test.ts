import { randomBytes } from 'node:crypto';
import { LoomClient } from '../../src/client/loom-client';
import { ChangeSignal } from '../../src/client/upload/change-signal';
import type { Upload } from '../../src/client/upload/upload';
import type { UploadEvent, UploadOptions } from '../../src/client/upload/upload-options';
import type { LoomClientError } from '../../src/client/wire/errors';
import { Stored, UnrulyServer } from './unruly-server';

let server: UnrulyServer;
let events: UploadEvent[];
let changed: ChangeSignal;
const begun: Upload[] = [];

beforeEach(async () => {
  server = new UnrulyServer();
  events = [];
  changed = new ChangeSignal();
  await server.start();
});

afterEach(async () => {
  for (const upload of begun.splice(0)) upload.stop();
  await server.stop();
});

/** Starts an upload with short waits, so that a test of many failures is quick. */
function begin(options: UploadOptions = {}): Upload {
  const upload = new LoomClient({ url: server.url }).upload('a', {
    baseMs: 1,
    capMs: 10,
    ...options,
    onEvent: (event) => {
      events.push(event);
      changed.notify();
    },
  });
  begun.push(upload);
  return upload;
}

async function send(upload: Upload, ...pieces: (string | Buffer)[]): Promise<number> {
  for (const piece of pieces) await upload.write(Buffer.from(piece));
  await upload.end();
  return upload.done;
}

async function until(condition: () => boolean): Promise<void> {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 2));
}

async function failureOf(upload: Upload): Promise<LoomClientError> {
  return upload.done.then(
    () => {
      throw new Error('the upload did not fail');
    },
    (error) => error,
  );
}

const kinds = (): string[] => events.map(({ kind }) => kind);

describe('an upload', () => {
  it('an upload delivers every byte and the end', async () => {
    expect(await send(begin(), 'one ', 'two ', 'three')).toBe(13);
    expect(server.content('a').toString()).toBe('one two three');
    expect(server.stream('a').state).toBe('closed; outcome=complete');
    expect(kinds()).toEqual(['created']);
  });

  it('an upload without bytes creates an empty stream', async () => {
    expect(await send(begin())).toBe(0);
    expect(server.stream('a').state).toBe('closed; outcome=complete');
  });

  it('an upload sends each piece before the next one is written', async () => {
    const upload = begin();
    await upload.write(Buffer.from('first'));
    await until(() => server.streams.get('a')?.bytes.toString() === 'first');
    await send(upload, ' second');
    expect(server.content('a').toString()).toBe('first second');
  });

  it('an upload gets bytes acknowledged before the source ends', async () => {
    const upload = begin({ requestLifeMs: 20 });
    await upload.write(Buffer.from('first'));
    await until(() => upload.acknowledged === 5);
    await send(upload);
  });

  it('an upload never sends more than requestBytesMax in one request', async () => {
    const source = randomBytes(10_000);
    await send(begin({ requestBytesMax: 3_000 }), source);
    expect(server.content('a').equals(source)).toBe(true);
    expect(server.requests('PATCH').map(({ bytes }) => bytes)).toEqual([3_000, 3_000, 3_000, 1_000]);
  });

  it('an upload sends blocks if bodies cannot stream', async () => {
    const source = randomBytes(10_000);
    await send(begin({ requestBytesMax: 4_000, bodies: 'whole' }), source);
    expect(server.content('a').equals(source)).toBe(true);
    expect(server.requests('PATCH').map(({ headers }) => headers['content-length'])).toEqual([
      '4000',
      '4000',
      '2000',
    ]);
  });

  it('an upload sends empty requests while the source is quiet', async () => {
    const upload = begin({ keepAliveMs: 10 });
    await until(() => server.requests('PATCH').length >= 2);
    await send(upload, 'at last');
    expect(server.content('a').toString()).toBe('at last');
  });

  it('an upload sends escaped metadata at the beginning and at the end', async () => {
    const upload = begin({ metadata: { name: 'größe' } });
    await upload.write(Buffer.from('x'));
    await upload.end({ exitCode: 0, word: '終' });
    await upload.done;
    expect(server.stream('a').metadata).toBe('{"name":"gr\\u00f6\\u00dfe"}');
    expect(server.stream('a').notes).toEqual(['{"exitCode":0,"word":"\\u7d42"}']);
  });

  it('an upload with existing: replace replaces the stream', async () => {
    await send(begin(), 'old');
    await send(begin({ existing: 'replace' }), 'new');
    expect(server.content('a').toString()).toBe('new');
    expect(events.at(-1)).toEqual({ kind: 'created', replaced: true });
  });

  it('an upload rejects writes after its end', async () => {
    const upload = begin();
    await send(upload, 'all');
    await expect(upload.write(Buffer.from('more'))).rejects.toMatchObject({ code: 'INVALID' });
  });
});

describe('an upload over a bad connection', () => {
  it('an upload recognizes its own stream after a lost answer to its creation', async () => {
    server.faults = [{ kind: 'swallow' }];
    await send(begin(), 'hello');
    expect(server.content('a').toString()).toBe('hello');
    expect(server.requests('POST')).toHaveLength(2);
    expect(kinds()).toEqual(['retrying', 'created', 'resumed']);
  });

  it('an upload with the key of an earlier one continues it, also with little memory', async () => {
    const bytes = randomBytes(1_000_000);
    const options = { key: 'k', memoryBytesMax: 128 * 1024 };
    const first = begin(options);
    for (let at = 0; at < 600_000; at += 50_000) await first.write(bytes.subarray(at, at + 50_000));
    await until(() => server.streams.get('a')?.bytes.length === 600_000);
    first.stop();
    const second = begin(options);
    for (let at = 0; at < bytes.length; at += 50_000) await second.write(bytes.subarray(at, at + 50_000));
    await second.end();
    expect(await second.done).toBe(bytes.length);
    expect(server.content('a').equals(bytes)).toBe(true);
    expect(server.requests('POST')).toHaveLength(2);
  });

  it('an upload with the key of an earlier one fails if it has fewer bytes', async () => {
    const first = begin({ key: 'k' });
    await first.write('hello');
    await until(() => server.streams.get('a')?.bytes.length === 5);
    first.stop();
    const second = begin({ key: 'k' });
    await second.write('hel');
    await second.end();
    expect(await failureOf(second)).toMatchObject({ code: 'REPLACED' });
  });

  it('an upload does not replace its own stream after a lost answer to a forced creation', async () => {
    await send(begin(), 'old');
    server.faults = [{ kind: 'swallow' }];
    await send(begin({ existing: 'replace' }), 'new');
    expect(server.content('a').toString()).toBe('new');
  });

  it('an upload continues after a connection that broke inside a body', async () => {
    server.faults = [{ kind: 'none' }, { kind: 'cut', after: 4 }];
    await send(begin(), 'hello, world');
    expect(server.content('a').toString()).toBe('hello, world');
    expect(kinds()).toEqual(['created', 'retrying', 'resumed']);
  });

  it('an upload does not repeat stored bytes after a lost answer', async () => {
    server.faults = [{ kind: 'none' }, { kind: 'swallow' }];
    await send(begin({ requestBytesMax: 5 }), 'hello, world');
    expect(server.content('a').toString()).toBe('hello, world');
  });

  it('an upload completes after a lost answer to its last request', async () => {
    server.faults = [{ kind: 'none' }, { kind: 'swallow' }];
    expect(await send(begin(), 'hello')).toBe(5);
    expect(server.requests('HEAD')).toHaveLength(1);
  });

  it('an upload does not trust half an answer', async () => {
    server.faults = [{ kind: 'half' }, { kind: 'half' }, { kind: 'half' }, { kind: 'half' }];
    await send(begin(), 'hello');
    expect(server.content('a').toString()).toBe('hello');
  });

  it('an upload cuts and retries a request without progress', async () => {
    server.faults = [{ kind: 'none' }, { kind: 'mute' }];
    await send(begin({ silenceMs: 50 }), 'hello');
    expect(server.content('a').toString()).toBe('hello');
    expect(events).toContainEqual({
      kind: 'retrying',
      failure: expect.objectContaining({ code: 'UNREACHABLE' }),
    });
  });

  it('an upload waits for Retry-After', async () => {
    server.faults = [{ kind: 'refuse', status: 503, headers: { 'Retry-After': '1' } }];
    await send(begin(), 'hello');
    const [first, second] = server.requests('POST');
    expect((second?.at ?? 0) - (first?.at ?? 0)).toBeGreaterThanOrEqual(990);
  });

  it.each([408, 429, 500, 502, 503, 504, 507])('an upload retries after a %d', async (status) => {
    server.faults = [
      { kind: 'refuse', status },
      { kind: 'none' },
      { kind: 'refuse', status },
      { kind: 'refuse', status },
    ];
    await send(begin(), 'hello');
    expect(server.content('a').toString()).toBe('hello');
  });

  it('an upload continues when a stopped server is back', async () => {
    const upload = begin();
    await upload.write(Buffer.from('before '));
    await until(() => upload.written === 7 && server.streams.get('a')?.bytes.length === 7);
    await server.stop();
    await upload.write(Buffer.from('meanwhile '));
    await until(() => kinds().filter((kind) => kind === 'retrying').length >= 5);
    await server.start();
    await send(upload, 'after');
    expect(server.content('a').toString()).toBe('before meanwhile after');
  });

  it('an upload reports and resends acknowledged bytes that the server has lost', async () => {
    const upload = begin({ requestLifeMs: 10 });
    await upload.write(Buffer.from('hello, '));
    await until(() => upload.acknowledged === 7);
    server.stream('a').bytes = Buffer.from('hel');
    await send(upload, 'world');
    expect(server.content('a').toString()).toBe('hello, world');
    expect(events).toContainEqual({ kind: 'server-lost', from: 3, to: 7 });
  });
});

describe('an upload that fails', () => {
  it("an upload that is refused fails with the server's sentence", async () => {
    await send(begin(), 'theirs');
    const upload = begin();
    expect(await failureOf(upload)).toMatchObject({
      code: 'REFUSED',
      status: 409,
      message: 'The stream with ID a already exists.',
    });
    await expect(upload.write(Buffer.from('x'))).rejects.toMatchObject({ code: 'REFUSED' });
  });

  it.each([400, 401, 403, 413, 431])('an upload fails without a retry after a %d', async (status) => {
    server.faults = [{ kind: 'refuse', status, error: 'because' }];
    expect(await failureOf(begin())).toMatchObject({ code: 'REFUSED', status, message: 'because' });
    expect(server.seen).toHaveLength(1);
  });

  it.each([
    [503, 'stream_damaged', 'BYTES_LOST'],
    [429, 'too_many_producers', 'REFUSED'],
    [500, 'stream_closed', 'CLOSED'],
    [404, 'route_not_found', 'REFUSED'],
    [400, 'a_later_code', 'REFUSED'],
  ])('a %d with the code %s fails an upload by its code', async (status, code, expected) => {
    server.faults = [{ kind: 'refuse', status, error: 'because', code }];
    expect(await failureOf(begin())).toMatchObject({ code: expected, answerCode: code, message: 'because' });
    expect(server.seen).toHaveLength(1);
  });

  it('an upload retries after a retryable code with any status', async () => {
    server.faults = [{ kind: 'refuse', status: 400, code: 'body_incomplete' }];
    await send(begin(), 'hello');
    expect(server.content('a').toString()).toBe('hello');
  });

  it('an upload does not follow a redirect', async () => {
    server.faults = [{ kind: 'refuse', status: 308, headers: { Location: 'http://elsewhere/' } }];
    expect((await failureOf(begin())).message).toContain('http://elsewhere/');
  });

  it.each([
    ['by another key', 'another-key'],
    ['by a stream without a key', undefined],
  ])('an upload fails when its stream is replaced %s', async (_, key) => {
    const upload = begin({ requestLifeMs: 10 });
    await upload.write(Buffer.from('mine'));
    await until(() => upload.acknowledged === 4);
    const theirs = new Stored(key);
    theirs.bytes = Buffer.from('theirs');
    server.streams.set('a', theirs);
    await upload.write(Buffer.from('more of mine'));
    expect(await failureOf(upload)).toMatchObject({ code: 'REPLACED', message: 'not yours' });
    expect(server.content('a').toString()).toBe('theirs');
  });

  it('an upload fails when its stream is removed', async () => {
    const upload = begin({ requestLifeMs: 10 });
    await upload.write(Buffer.from('mine'));
    await until(() => upload.acknowledged === 4);
    server.streams.clear();
    await upload.write(Buffer.from('more'));
    expect(await failureOf(upload)).toMatchObject({ code: 'NOT_FOUND' });
  });

  it('an upload fails when another client closes its stream', async () => {
    const upload = begin({ requestLifeMs: 10 });
    await upload.write(Buffer.from('mine'));
    await until(() => upload.acknowledged === 4);
    server.stream('a').state = 'closed; outcome=aborted';
    await upload.write(Buffer.from('more'));
    expect(await failureOf(upload)).toMatchObject({
      code: 'CLOSED',
      message: expect.stringContaining('aborted'),
    });
  });

  it('an upload fails when the server has lost bytes that the client has dropped', async () => {
    const upload = begin({ requestLifeMs: 10, retainBytes: 0 });
    await upload.write(Buffer.from('hello'));
    await until(() => upload.acknowledged === 5);
    server.stream('a').bytes = Buffer.from('he');
    await send(upload, 'more').catch(() => {});
    expect(await failureOf(upload)).toMatchObject({ code: 'BYTES_LOST' });
  });

  it('an upload gives up after giveUpAfterMs and still has the undelivered bytes', async () => {
    const upload = begin({ giveUpAfterMs: 100, requestLifeMs: 10 });
    await upload.write(Buffer.from('delivered, '));
    await until(() => upload.acknowledged === 11);
    await server.stop();
    await upload.write(Buffer.from('not delivered'));
    expect(await failureOf(upload)).toMatchObject({ code: 'GAVE_UP' });
    const rest: Uint8Array[] = [];
    for await (const piece of upload.undelivered()) rest.push(piece);
    expect(Buffer.concat(rest).toString()).toBe('not delivered');
  });

  it('an upload stops while the server is down', async () => {
    await server.stop();
    const upload = begin();
    await until(() => kinds().includes('retrying'));
    upload.stop();
    expect(await failureOf(upload)).toMatchObject({ code: 'STOPPED' });
  });

  it('an upload stops while the source is quiet', async () => {
    const upload = begin();
    await until(() => kinds().includes('created'));
    upload.stop();
    expect(await failureOf(upload)).toMatchObject({ code: 'STOPPED' });
  });

  it('an upload without a spool makes the source wait when memory is full', async () => {
    await server.stop();
    const upload = begin({ memoryBytesMax: 128 * 1024 });
    await upload.write(Buffer.alloc(128 * 1024));
    let isKept = false;
    const write = upload.write(Buffer.from('more')).then(() => {
      isKept = true;
    });
    await until(() => kinds().filter((kind) => kind === 'retrying').length >= 3);
    expect(isKept).toBe(false);
    await server.start();
    await write;
    await send(upload);
    expect(server.content('a')).toHaveLength(128 * 1024 + 4);
  });
});
