import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, openSync, readdirSync, writeSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { Consumer, request } from '../support/http';
import { Checker } from './checker';
import { complaints } from './health';
import { peakBytes } from './process-memory';
import { freshStore, STORES, withStage } from './stage';

const MIB = 1024 * 1024;
const PEAK_MAX = 300 * MIB;

describe('large streams', () => {
  const stage = withStage();

  // On Redis less than on files: it all has to fit into its memory.
  it.each([
    ['files', 2048 * MIB],
    ['Redis', 512 * MIB],
  ] as const)('a stream on %s of %i bytes is written and read with little memory', async (name, length) => {
    const loom = await stage.loom(await freshStore(stage, name));
    const checker = new Checker();
    const history = checker.stream('large');
    history.written(length);
    const upload = spawn('curl', ['-sS', '-T', '-', '-X', 'POST', `${loom.url}/stream/${history.id}`], {
      stdio: ['pipe', 'ignore', 'inherit'],
    });
    const exited = once(upload, 'close');
    await pipeline(Readable.from(history.source.pieces(0, length, () => 512 * 1024)), upload.stdin);
    expect((await exited)[0]).toBe(0);
    history.completed();
    const { headers } = await request(`${loom.url}/stream/${history.id}`, { method: 'HEAD' });
    expect(headers['content-length']).toBe(String(length));
    expect(await checker.violations(loom.url)).toEqual([]);
    expect(peakBytes(loom.pid)).toBeLessThan(PEAK_MAX);
    expect(complaints(loom)).toEqual([]);
  });

  it.each(STORES)('a stream on %s of half a million one-byte chunks is stored whole', async (name) => {
    const loom = await stage.loom(await freshStore(stage, name));
    const checker = new Checker();
    const history = checker.stream('dribble');
    const count = 500_000;
    history.written(count);
    const socket = connect(loom.port, '127.0.0.1');
    let answer = '';
    socket.setEncoding('latin1').on('data', (text: string) => {
      answer += text;
    });
    socket.write(
      'POST /stream/dribble HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\nConnection: close\r\n\r\n',
    );
    for (let at = 0; at < count; at += 10_000) {
      const bytes = [...history.source.bytes(at, at + 10_000)].map((byte) => String.fromCharCode(byte));
      if (!socket.write(`1\r\n${bytes.join('\r\n1\r\n')}\r\n`, 'latin1')) await once(socket, 'drain');
    }
    socket.write('0\r\n\r\n');
    await once(socket, 'close');
    expect(answer).toMatch(/^HTTP\/1\.1 201 Created\r\n[\s\S]*\r\n0\r\n\r\n$/);
    history.completed();
    expect(await checker.violations(loom.url)).toEqual([]);
    expect(peakBytes(loom.pid)).toBeLessThan(PEAK_MAX);
  });

  it('a stream can be written and read beyond 2^32 bytes', async () => {
    const directory = await stage.directory();
    const loom = await stage.loom(`file:${directory}`);
    const url = `${loom.url}/stream/sparse`;
    await request(url, { method: 'POST', headers: { 'Upload-Complete': '?0' }, body: 'begin' });
    await loom.stop();
    const before = 2 ** 32 + 5;
    // A hole, and one byte: a start would cut zeros off the end of an open log.
    const file = openSync(logIn(directory), 'r+');
    writeSync(file, 'x', before - 1);
    closeSync(file);
    await loom.restart();

    const tail = await Consumer.open(`${url}?offset=${before}`);
    const patched = await request(url, {
      method: 'PATCH',
      headers: {
        'Content-Type': 'application/partial-upload',
        'Upload-Offset': String(before),
        'Upload-Complete': '?1',
      },
      body: 'and on',
    });
    expect(patched.headers['upload-offset']).toBe(String(before + 6));
    expect((await tail.end()).complete).toBe(true);
    expect(tail.text).toBe('and on');
    const { headers } = await request(url, { method: 'HEAD' });
    expect(headers['content-length']).toBe(String(before + 6));
    const range = await request(url, { headers: { Range: `bytes=${2 ** 32}-` } });
    expect(range.text).toBe('\0\0\0\0xand on');
    expect(range.headers['content-range']).toBe(`bytes ${2 ** 32}-${before + 5}/${before + 6}`);
    expect((await request(`${url}?offset=${2 ** 32 + 4}`)).text).toBe('xand on');
    expect((await request(`${url}?offset=${before + 7}`)).status).toBe(416);
  });
});

/** The only log's file in a store. */
function logIn(directory: string): string {
  const [name, ...others] = readdirSync(join(directory, 'logs'), { recursive: true })
    .map(String)
    .filter((path) => path.endsWith('.log'));
  if (name === undefined || others.length > 0) throw new Error('there is not one log');
  return join(directory, 'logs', name);
}
