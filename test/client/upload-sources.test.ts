import { Readable, Writable } from 'node:stream';
import { pipeline } from 'node:stream/promises';
import { LoomClient, type Upload, type UploadOptions } from '../../src/client';
import { UnrulyServer } from './unruly-server';

let server: UnrulyServer;
let uploads: Upload[];

beforeEach(async () => {
  server = new UnrulyServer();
  uploads = [];
  await server.start();
});

afterEach(async () => {
  for (const upload of uploads) upload.stop();
  await server.stop();
});

function begin(options: UploadOptions = {}): Upload {
  const upload = new LoomClient({ url: server.url }).upload('a', { baseMs: 1, capMs: 10, ...options });
  uploads.push(upload);
  return upload;
}

const stored = (): string => server.content('a').toString();

async function* pieces(): AsyncGenerator<string | Uint8Array> {
  yield 'grüße ';
  yield Buffer.from('bytes');
}

it.each([
  ['a list', () => ['grüße ', Buffer.from('bytes')]],
  ['a generator', pieces],
  ['a stream of Node', () => Readable.from(pieces())],
  ['a Web stream', () => ReadableStream.from(pieces())],
])('all of %s is sent, and its length is the result', async (_, source) => {
  expect(await begin().send(source())).toBe(13);
  expect(stored()).toBe('grüße bytes');
});

it('a source that fails stops the upload, with the error of the source', async () => {
  const upload = begin();
  async function* broken(): AsyncGenerator<string> {
    yield 'x';
    throw new Error('the disk is gone');
  }
  await expect(upload.send(broken())).rejects.toThrow('the disk is gone');
  await expect(upload.done).rejects.toMatchObject({ code: 'STOPPED' });
});

it('an upload that fails does not wait for a quiet source', async () => {
  server.faults = [{ kind: 'refuse', status: 403 }];
  const source = new Readable({ read() {} });
  await expect(begin().send(source)).rejects.toMatchObject({ code: 'REFUSED', status: 403 });
});

it('a signal stops an upload with its reason', async () => {
  const stopping = new AbortController();
  const upload = begin({ signal: stopping.signal });
  await upload.write('x');
  stopping.abort(new Error('enough'));
  await expect(upload.done).rejects.toThrow('enough');
  await expect(upload.write('y')).rejects.toThrow('enough');
});

it('a signal that has aborted before lets nothing be sent', async () => {
  const upload = begin({ signal: AbortSignal.abort(new Error('too late')) });
  await expect(upload.done).rejects.toThrow('too late');
  expect(server.seen).toEqual([]);
});

it('the pipeline of a stream of Node ends when the server has every byte', async () => {
  const upload = begin();
  await pipeline(Readable.from(pieces()), Writable.fromWeb(upload.toWritableStream()));
  expect(await upload.done).toBe(13);
  expect(stored()).toBe('grüße bytes');
});

it('a Web stream that is aborted stops the upload', async () => {
  const upload = begin();
  await upload.toWritableStream().abort(new Error('never mind'));
  await expect(upload.done).rejects.toMatchObject({ code: 'STOPPED' });
});

it('a failed upload fails what writes to its Web stream', async () => {
  server.faults = [{ kind: 'refuse', status: 403 }];
  const writing = ReadableStream.from(pieces()).pipeTo(begin().toWritableStream());
  await expect(writing).rejects.toMatchObject({ code: 'REFUSED' });
});
