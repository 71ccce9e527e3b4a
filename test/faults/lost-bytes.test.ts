import { mkdtemp, rm, truncate } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { stream as client } from '@durable-streams/client';
import { Consumer, request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { eventually } from './eventually';
import { StreamProcess } from './stream-process';

/** The official client comes back soon. */
const IMPATIENT = { initialDelay: 20, maxDelay: 100, multiplier: 1.5 };
const EVENTS = { Accept: 'text/event-stream' };

/**
 * A server with files that dies and restarts with an open log that is shorter, as after a power cut within `syncInterval`. What a
 * reader has read of the lost bytes must never be followed by others without a word.
 */
describe('an open log that lost acknowledged bytes', () => {
  let directory: string;
  let loom: LoomProcess;
  const processes: StreamProcess[] = [];

  beforeEach(async () => {
    directory = await mkdtemp(join(tmpdir(), 'loom-lost-'));
    loom = await LoomProcess.start({ store: `file:${directory}` });
  });
  afterEach(async () => {
    for (const process of processes.splice(0)) process.kill();
    await loom.stop();
    await rm(directory, { recursive: true, force: true });
  });

  const url = (path = ''): string => `${loom.url}/stream/log${path}`;
  const get = (query = '', headers = {}) => request(url(query), { headers });

  function stream(...args: string[]): StreamProcess {
    const process = new StreamProcess(args);
    processes.push(process);
    return process;
  }

  async function patch(offset: number, body: string, complete: '?0' | '?1' = '?0'): Promise<void> {
    const headers = {
      'Content-Type': 'application/partial-upload',
      'Upload-Offset': String(offset),
      'Upload-Complete': complete,
    };
    expect((await request(url(), { method: 'PATCH', headers, body })).status).toBe(204);
  }

  /** `AAAA BBBB` in the log, acknowledged. @returns the generation */
  async function begun(): Promise<string> {
    const headers = { 'Upload-Complete': '?0' };
    const answer = await request(url(), { method: 'POST', headers, body: 'AAAA\n' });
    await patch(5, 'BBBB\n');
    return String(answer.headers['x-stream-generation']);
  }

  async function loseAllBut(
    bytes: number,
    generation: string,
    signal: NodeJS.Signals = 'SIGKILL',
  ): Promise<void> {
    await loom.kill(signal);
    await truncate(`${directory}/logs/${generation.slice(-2)}/${generation}.log`, bytes);
    await loom.restart();
  }

  it('a follower reads to the new end, names the lost bytes, and exits with 4', async () => {
    const generation = await begun();
    const follower = stream('follow', loom.url, 'log');
    let written = '';
    follower.stdout.setEncoding('utf8').on('data', (text: string) => {
      written += text;
    });
    await eventually('the follower has both lines', () => written === 'AAAA\nBBBB\n');
    await loseAllBut(5, generation);
    await patch(5, 'CCCC\nDDDD\nEEEE\n', '?1');
    expect(await follower.exited).toBe(4);
    expect(written).toBe('AAAA\nBBBB\nCCCC\nDDDD\nEEEE\n');
    expect(follower.stderr).toContain(
      'the server lost bytes 5 to 10, which are in the output; continuing at byte 5',
    );
    expect((await get()).text).toBe('AAAA\nCCCC\nDDDD\nEEEE\n');
    await loom.logged('lost the bytes 5 to 10');
  });

  it('a reader of events is reset only if it had lost bytes', async () => {
    const generation = await begun();
    await loseAllBut(5, generation);
    await patch(5, 'CCCC\nDDDD\nEEEE\n', '?1');
    const data = JSON.stringify({ generation: `${generation}.1`, reason: 'lost', lost: { from: 5, to: 10 } });
    for (const id of [`10-${generation}`, `8-${generation}`, '10', '20']) {
      const { text } = await get('', { ...EVENTS, 'Last-Event-ID': id });
      expect([id, text.slice(0, text.indexOf('data: EEEE'))]).toEqual([
        id,
        expect.stringContaining(`event: reset\nid: 0-${generation}.1\ndata: ${data}\n\n`),
      ]);
      expect(text).toContain('data: AAAA\ndata: CCCC\n');
      expect(text).not.toContain('BBBB');
    }
    for (const id of [`5-${generation}`, '5', `5-${generation}.1`]) {
      const { text } = await get('', { ...EVENTS, 'Last-Event-ID': id });
      expect(text).not.toContain('reset');
      expect(text).toContain(`id: 20-${generation}.1\ndata: CCCC\n`);
    }
    expect((await get('', { ...EVENTS, 'Last-Event-ID': `20-${generation}.1` })).status).toBe(204);
  });

  it('an offset behind the loss gets 409 with the lost bytes and where to continue', async () => {
    const generation = await begun();
    await loseAllBut(5, generation);
    await patch(5, 'CCCC\nDDDD\n');
    const refusal = {
      error: `The stream with ID log has lost the bytes 5 to 10: go on with ?offset=5&generation=${generation}.1`,
      code: 'bytes_lost',
      generation: `${generation}.1`,
      lost: { from: 5, to: 10 },
    };
    for (const query of ['?offset=10', '?offset=6', `?offset=10&generation=${generation}`]) {
      for (const headers of [{}, EVENTS]) {
        const { status, text, headers: answered } = await get(query, headers);
        expect([query, status, JSON.parse(text)]).toEqual([query, 409, refusal]);
        expect(answered['x-stream-generation']).toBe(`${generation}.1`);
      }
    }
    const onward = await Consumer.open(url(`?offset=5&generation=${generation}.1`));
    expect(await onward.until('DDDD\n')).toBe('CCCC\nDDDD\n');
    const undisturbed = await Consumer.open(url(`?offset=5&generation=${generation}`));
    expect(await undisturbed.until('DDDD\n')).toBe('CCCC\nDDDD\n');
  });

  describe('reads at /v1/stream', () => {
    const durable = (query = ''): string => `${loom.url}/v1/stream/log${query}`;
    const token = (segment: number, offset: number): string =>
      [segment, offset].map((number) => String(number).padStart(16, '0')).join('_');

    async function append(body: string): Promise<unknown> {
      const headers = { 'Content-Type': 'text/plain' };
      const answer = await request(durable(), { method: 'POST', headers, body });
      expect(answer.status).toBe(204);
      return answer.headers['stream-next-offset'];
    }

    /** `AAAA BBBB`, acknowledged. @returns the generation */
    async function committed(): Promise<string> {
      await request(durable(), { method: 'PUT', headers: { 'Content-Type': 'text/plain' } });
      await append('AAAA\n');
      expect(await append('BBBB\n')).toBe(token(0, 10));
      return String((await get('?notail')).headers['x-stream-generation']);
    }

    it('a token behind the loss gets 410 with the token to continue at', async () => {
      const generation = await committed();
      await loseAllBut(5, generation);
      expect(await append('CCCC\nDDDD\n')).toBe(token(1, 15));
      for (const live of ['', '&live=long-poll', '&live=sse']) {
        for (const offset of [token(0, 10), token(0, 6), token(0, 15)]) {
          const answer = await request(durable(`?offset=${offset}${live}`));
          expect([live, answer.status, answer.headers['stream-next-offset']]).toEqual([
            live,
            410,
            token(0, 5),
          ]);
          expect(JSON.parse(answer.text)).toMatchObject({
            error: expect.stringContaining('lost the bytes 5 to '),
            code: 'bytes_lost',
          });
        }
      }
      expect((await request(durable(`?offset=${token(0, 5)}`))).text).toBe('CCCC\nDDDD\n');
      expect((await request(durable(`?offset=${token(0, 5)}&live=long-poll`))).text).toBe('CCCC\nDDDD\n');
      const events = await Consumer.open(durable(`?offset=${token(0, 5)}&live=sse`));
      await events.until(`"streamNextOffset":"${token(1, 15)}"`);
      events.close();
      expect((await request(durable())).text).toBe('AAAA\nCCCC\nDDDD\n');
    });

    it.each(['sse', 'long-poll'] as const)(
      'the official client, by %s, ends with an error and never gets mixed bytes',
      async (live) => {
        const generation = await committed();
        let text = '';
        const response = await client({ url: durable(), offset: '-1', live, backoffOptions: IMPATIENT });
        response.subscribeText(async (chunk) => {
          text += chunk.text;
        });
        const over = response.closed.catch((error: unknown) => error);
        await eventually('the client has both lines', () => text === 'AAAA\nBBBB\n');
        // A server that stops ends its responses cleanly; the client does not reconnect after one that breaks off.
        await loseAllBut(5, generation, 'SIGTERM');
        await append('CCCC\nDDDD\n');
        expect(await over).toMatchObject({ status: 410 });
        expect(text).toBe('AAAA\nBBBB\n');
        const onward = await client({ url: durable(), offset: token(0, 5), live: false });
        expect(await onward.text()).toBe('CCCC\nDDDD\n');
      },
    );

    it('a JSON stream continues after its last whole message, at a token that works', async () => {
      const headers = { 'Content-Type': 'application/json' };
      await request(durable(), { method: 'PUT', headers });
      const post = (body: string) => request(durable(), { method: 'POST', headers, body });
      for (const body of ['{"a":1}', '{"a":2}', '[3,4]']) await post(body);
      await loseAllBut(12, String((await get('?notail')).headers['x-stream-generation']));
      const behind = await request(durable(`?offset=${token(0, 20)}`));
      expect([behind.status, behind.headers['stream-next-offset']]).toEqual([410, token(0, 8)]);
      expect((await post('"new"')).headers['stream-next-offset']).toBe(token(1, 14));
      expect((await request(durable('?offset=-1'))).text).toBe('[{"a":1},"new"]');
      expect((await request(durable(`?offset=${token(0, 8)}`))).text).toBe('["new"]');
    });

    it('the tokens stay as they were if nothing is lost', async () => {
      await committed();
      await loom.restart('SIGKILL');
      const answer = await request(durable(`?offset=${token(0, 10)}`));
      expect([answer.status, answer.headers['stream-next-offset']]).toEqual([200, token(0, 10)]);
      expect(await append('CCCC\n')).toBe(token(0, 15));
    });
  });

  describe('a loss under a running server', () => {
    const cut = (generation: string): Promise<void> =>
      truncate(`${directory}/logs/${generation.slice(-2)}/${generation}.log`, 5);

    it('a PATCH continues at the end of the rest, and never behind a hole', async () => {
      const generation = await begun();
      await cut(generation);
      const met = await get('?notail');
      expect([met.status, met.headers['x-stream-lost']]).toEqual([500, '5-10']);
      const headers = { 'Content-Type': 'application/partial-upload', 'Upload-Complete': '?0' };
      const behind = { method: 'PATCH', headers: { ...headers, 'Upload-Offset': '10' }, body: 'CCCC\n' };
      const refused = await request(url(), behind);
      expect([refused.status, refused.headers['upload-offset']]).toEqual([409, '5']);
      await patch(5, 'DDDD\n');
      expect((await get('?notail')).text).toBe('AAAA\nDDDD\n');
      const losses = [{ from: 5, to: 10, noticedAt: expect.any(String) }];
      expect(JSON.parse((await get('/info')).text)).toMatchObject({ bytes: 10, losses });
      expect((await get(`?offset=10&generation=${generation}`)).status).toBe(409);
    });

    it('an attached producer sends the lost bytes again, and its follower reports the loss', async () => {
      const producer = stream(loom.url, 'log');
      await producer.write(Buffer.from('AAAA\nBBBB\n'));
      await eventually('the log has both lines', async () => (await get('?notail')).text === 'AAAA\nBBBB\n');
      // The producer asks how far the server is: only of what it knows to be acknowledged can it say that it was lost.
      await loom.restart('SIGTERM');
      await eventually('the producer has reconnected', () =>
        producer.stderr.includes('continuing at byte 10'),
      );
      const follower = stream('follow', loom.url, 'log');
      let written = '';
      follower.stdout.setEncoding('utf8').on('data', (text: string) => {
        written += text;
      });
      await eventually('the follower has both lines', () => written === 'AAAA\nBBBB\n');
      await cut(String((await get('?notail')).headers['x-stream-generation']));
      expect((await get('?notail')).status).toBe(500);
      producer.stdin.end('CCCC\n');
      expect(await producer.exited).toBe(0);
      expect(producer.stderr).toContain('the server lost bytes 5 to 10');
      expect((await get()).text).toBe('AAAA\nBBBB\nCCCC\n');
      expect(await follower.exited).toBe(4);
      expect(written).toBe('AAAA\nBBBB\nBBBB\nCCCC\n');
    });

    it('a producer that has not seen the loss sends the bytes again before it closes the log', async () => {
      const producer = stream(loom.url, 'log');
      await producer.write(Buffer.from('AAAA\nBBBB\n'));
      await eventually('the log has both lines', async () => (await get('?notail')).text === 'AAAA\nBBBB\n');
      await cut(String((await get('?notail')).headers['x-stream-generation']));
      expect((await get('?notail')).status).toBe(500);
      producer.stdin.end();
      expect(await producer.exited).toBe(0);
      expect((await get()).text).toBe('AAAA\nBBBB\n');
    });
  });

  it('the list and /info show the loss', async () => {
    await loseAllBut(5, await begun());
    const losses = [{ from: 5, to: 10, noticedAt: expect.stringMatching(/^\d{4}-.*Z$/) }];
    expect(JSON.parse((await get('/info')).text)).toMatchObject({ id: 'log', bytes: 5, losses });
    expect(JSON.parse((await request(`${loom.url}/stream`)).text).streams).toMatchObject([{ losses }]);
  });

  it('a producer that reconnects sends the lost bytes again', async () => {
    const producer = stream(loom.url, 'log');
    await producer.write(Buffer.from('AAAA\nBBBB\n'));
    await eventually('the log has both lines', async () => (await get('?notail')).text === 'AAAA\nBBBB\n');
    // The producer asks how far the server is: only of what it knows to be acknowledged can it say that it was lost.
    await loom.restart('SIGTERM');
    await eventually('the producer has reconnected', () => producer.stderr.includes('continuing at byte 10'));
    const generation = String((await get('?notail')).headers['x-stream-generation']);
    await loseAllBut(5, generation);
    producer.stdin.end('CCCC\n');
    expect(await producer.exited).toBe(0);
    expect(producer.stderr).toContain(
      'the server lost bytes 5 to 10 after acknowledging them; sending them again',
    );
    expect((await get()).text).toBe('AAAA\nBBBB\nCCCC\n');
    const behind = await get(`?offset=10&generation=${generation}`);
    expect([behind.status, JSON.parse(behind.text).lost]).toEqual([409, { from: 5, to: 10 }]);
  });
});

describe('a killed server that lost nothing', () => {
  it('readers continue without a reset', async () => {
    const directory = await mkdtemp(join(tmpdir(), 'loom-lost-'));
    const loom = await LoomProcess.start({ store: `file:${directory}` });
    const producer = new StreamProcess([loom.url, 'log']);
    let follower: StreamProcess | undefined;
    try {
      await producer.write(Buffer.from('zero\n'));
      await eventually(
        'the log is there',
        async () => (await request(`${loom.url}/stream/log?notail`)).text === 'zero\n',
      );
      follower = new StreamProcess(['follow', loom.url, 'log']);
      let written = '';
      follower.stdout.setEncoding('utf8').on('data', (text: string) => {
        written += text;
      });
      const { headers: begun } = await request(`${loom.url}/stream/log?notail`);
      const first = String(begun['x-stream-generation']);
      for (const line of ['one\n', 'two\n', 'three\n']) {
        await producer.write(Buffer.from(line));
        await eventually(`the follower has ${line}`, () => written.endsWith(line));
        const { headers } = await request(`${loom.url}/stream/log?notail`);
        const generation = String(headers['x-stream-generation']);
        await loom.kill('SIGKILL');
        await loom.restart();
        for (const query of [
          `?notail&offset=${written.length}`,
          `?notail&offset=${written.length}&generation=${generation}`,
          `?notail&offset=${written.length}&generation=${first}`,
        ])
          expect((await request(`${loom.url}/stream/log${query}`)).status).toBe(200);
        const events = await Consumer.open(`${loom.url}/stream/log`, {
          ...EVENTS,
          'Last-Event-ID': `${written.length - line.length}-${generation}`,
        });
        await events.until(`data: ${line}`);
        expect(events.text).not.toContain('reset');
        events.close();
      }
      producer.stdin.end('four\n');
      expect(await producer.exited).toBe(0);
      expect(await follower.exited).toBe(0);
      expect(written).toBe('zero\none\ntwo\nthree\nfour\n');
      expect(JSON.parse((await request(`${loom.url}/stream/log/info`)).text)).not.toHaveProperty('losses');
    } finally {
      for (const process of [producer, follower]) process?.kill();
      await loom.stop();
      await rm(directory, { recursive: true, force: true });
    }
  });
});
