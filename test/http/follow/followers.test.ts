import type { ServerResponse } from 'node:http';
import { connect, type Socket } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { PAGE_BYTES } from '../../../src/core/follow/page-size';
import type { LogRef } from '../../../src/core/log/log';
import { advance, START } from '../../../src/core/log/offset';
import { type FollowedWire, MarkedLog, marksOf, numbers, turns, withFollowedServer } from './followed-wires';

const WIRES: readonly FollowedWire[] = ['tail', 'line events', 'durable events', 'spy'];
const LINE_BYTES = 32 * 1024;

describe.each(WIRES)('a follower: %s', (wire) => {
  const server = withFollowedServer();
  const { store, open } = server;
  let log: MarkedLog;

  beforeEach(async () => {
    log = await MarkedLog.create(store);
  });
  afterEach(() => {
    store.beforeRead = () => {};
    for (const res of server.responses) res.destroy();
  });

  const remove = ({ id, generation }: LogRef): Promise<unknown> =>
    store.change({ id, generation }, { kind: 'remove', outcome: { kind: 'deleted' } });
  const seal = ({ writer }: MarkedLog): Promise<unknown> =>
    store.change(writer.log, { kind: 'seal', epoch: writer.epoch, outcome: { kind: 'complete' } });
  const replace = ({ id }: LogRef): Promise<unknown> =>
    store.create(id, { contentType: 'text/plain', graceMs: 60_000 }, 'replace');

  /** Resolves once nothing of the readers is left in the store. */
  async function untilLeft(): Promise<void> {
    while (store.watching > 0) await delay(5);
  }

  it('a follower at the tail sends each append in the same turn, without a read', async () => {
    await log.append();
    const reader = await open(wire, log.ref);
    await reader.until('<0>');
    await log.append();
    await reader.until('<1>');
    await turns(5);
    const { length } = store.reads;
    for (const mark of [2, 3, 4]) {
      // A spy paints for a few milliseconds of a turn, which a busy machine may take away: each append has its own turn.
      await turns(2);
      const append = log.append();
      expect(marksOf(server.written()).at(-1)).toBe(mark);
      await append;
    }
    await reader.until('<4>');
    expect(store.reads).toHaveLength(length);
    reader.close();
    await untilLeft();
  });

  it('a follower neither loses nor repeats bytes between the stored and the live ones', async () => {
    for (let round = 0; round < 12; round += 1) {
      log = await MarkedLog.create(store);
      for (let i = 0; i < round % 4; i += 1) await log.append(20 * LINE_BYTES);
      // Bytes come during reads, between them and at the tail.
      store.beforeRead = () => {
        if (log.marks % 3 === round % 3) void log.append(round);
      };
      const opening = open(wire, log.ref);
      for (let i = 0; i < 40; i += 1) {
        await log.append(i % 7 === 0 ? 3 * LINE_BYTES : i);
        await turns((i * (round + 3)) % 5);
      }
      store.beforeRead = () => {};
      const reader = await opening;
      await log.append();
      await seal(log);
      await reader.until(`<${log.marks - 1}>`);
      if (wire !== 'spy') expect(await reader.end()).toMatchObject({ complete: true });
      expect(marksOf(reader.text)).toEqual(numbers(log.marks));
      reader.close();
    }
    await untilLeft();
  });

  it('a follower buffers a bounded number of bytes for a stalled client, and then continues', async () => {
    await log.append();
    const { url, headers } = server.url(wire, log.ref);
    const { port, pathname, search } = new URL(url);
    const client = connect(Number(port), '127.0.0.1');
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1\r\n${fields.join('')}\r\n`);
    await new Promise((resolve) => client.once('readable', resolve));
    const res = server.responses.at(-1) as ServerResponse;
    let most = 0;
    for (let i = 0; i < 500; i += 1) {
      await log.append(LINE_BYTES);
      most = Math.max(most, res.writableLength, (res.socket as Socket).writableLength);
      if (i % 10 === 0) await turns(2);
    }
    // A spy has a bound of its own (`spy.pendingBytes`), and skips what is beyond.
    expect(most).toBeLessThan(wire === 'spy' ? 2 * 1024 * 1024 : 2 * PAGE_BYTES);
    await seal(log);
    const text = await whole(client, wire === 'spy' ? `END: ${log.ref.id}` : '\r\n0\r\n');
    if (wire === 'spy') expect(text).toMatch(/\d+ bytes of .* skipped/);
    else expect(marksOf(text)).toEqual(numbers(log.marks));
    client.destroy();
    await untilLeft();
  });

  it.each(['deleted', 'replaced'])('a follower that sent everything ends when the log is %s', async (how) => {
    await log.append();
    const reader = await open(wire, log.ref);
    await reader.until('<0>');
    await turns(5);
    await (how === 'deleted' ? remove(log.ref) : replace(log.ref));
    if (wire === 'spy') {
      await reader.until('END: ');
      if (how === 'replaced') {
        await reader.until(`END: ${log.ref.id}\nSTART: ${log.ref.id}`);
        expect(reader.text.match(/(END|START)/g)).toEqual(['START', 'END', 'START']);
      }
      reader.close();
    } else {
      const { complete, trailers } = await reader.end();
      expect(complete).toBe(true);
      if (wire === 'tail') expect(trailers['x-stream-state']).toContain(how);
      if (wire === 'line events') expect(reader.text).toContain(`data: closed; outcome=${how}`);
      if (wire === 'durable events') expect(reader.text).not.toContain('streamClosed');
    }
    await untilLeft();
  });

  it('a follower with unsent bytes does not report a removed log as complete', async () => {
    for (let i = 0; i < 200; i += 1) await log.append(LINE_BYTES);
    store.beforeRead = () => {
      if (store.reads.at(-1) !== START) void remove(log.ref).catch(() => {});
    };
    const reader = await open(wire, log.ref);
    if (wire === 'spy') await reader.until('END: ');
    else if (wire === 'durable events') expect(await reader.end()).toMatchObject({ complete: true });
    else expect(await reader.end()).toMatchObject({ complete: false });
    expect(reader.text).not.toContain('streamClosed');
    expect(marksOf(reader.text).length).toBeLessThan(200);
    reader.close();
    await untilLeft();
  });

  it.each([
    ['before its first page', (read: number) => read === 1],
    ['while it reads on', (read: number) => read === 3],
  ])('a follower stops watching and reading when its client leaves %s', async (_when, isThen) => {
    for (let i = 0; i < 100; i += 1) await log.append(LINE_BYTES);
    const { length } = store.reads;
    const { url, headers } = server.url(wire, log.ref);
    let leave = (): void => {};
    store.beforeRead = () => {
      if (isThen(store.reads.length - length)) leave();
    };
    const { port, pathname, search } = new URL(url);
    const client = connect(Number(port), '127.0.0.1').resume();
    leave = () => server.responses.at(-1)?.destroy();
    const fields = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
    client.write(`GET ${pathname}${search} HTTP/1.1\r\nHost: 127.0.0.1\r\n${fields.join('')}\r\n`);
    await new Promise((resolve) => client.once('close', resolve));
    await untilLeft();
    await turns(5);
    const { reads } = store;
    await log.append();
    await turns(5);
    expect(store.reads).toEqual(reads);
  });

  it('a follower stops watching when its client leaves while the socket is full', async () => {
    for (let i = 0; i < 500; i += 1) await log.append(LINE_BYTES);
    const reader = await open(wire, log.ref);
    reader.res.pause();
    await turns(20);
    reader.close();
    await untilLeft();
  });

  it('a follower reads again after news without the bytes that follow', async () => {
    await log.append();
    const reader = await open(wire, log.ref);
    await reader.until('<0>');
    await turns(5);
    for (const watcher of store.watchers) watcher({ kind: 'moved' });
    await log.append();
    await reader.until('<1>');
    for (const watcher of store.watchers)
      watcher({ kind: 'bytes', from: advance(START, 1), chunks: [Buffer.from('overlap')], at: 0 });
    await log.append();
    await reader.until('<2>');
    expect(marksOf(reader.text)).toEqual([0, 1, 2]);
    expect(reader.text).not.toContain('overlap');
    reader.close();
    await untilLeft();
  });
});

/** All text up to `end`. */
function whole(client: Socket, end: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    client.on('data', (bytes: Buffer) => {
      text += bytes.toString('latin1');
      if (text.slice(-200).includes(end)) resolve(text);
    });
  });
}
