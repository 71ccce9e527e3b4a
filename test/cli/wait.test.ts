import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { startTcpProxy } from '../support/tcp-proxy';
import { type Finished, StreamProcess, stream } from './stream-process';

let loom: LoomProcess;
let count = 0;
let id: string;
let sender: StreamProcess;

beforeAll(async () => {
  loom = await LoomProcess.start({ store: 'memory:' });
});
afterAll(() => loom.stop());
beforeEach(() => {
  count += 1;
  id = `stream-${count}`;
  sender = new StreamProcess(['run', '--id', id, loom.url, '--', 'sh', '-c', 'cat; exit 9']);
});
afterEach(() => sender.dispose());

function call(...args: string[]): Promise<Finished> {
  return stream(['wait', ...args], { env: { LOOM_URL: loom.url } });
}

it("wait exits with the command's code once the stream is closed", async () => {
  const waiting = call('--create', id);
  sender.stdin.end('one\n');
  expect(await waiting).toEqual({
    code: 9,
    stdout: '',
    stderr: `stream: the command of ${id} ended with exit code 9\n`,
  });
});

it('wait exits with 0 once a line has the text, and prints it', async () => {
  const waiting = call('--create', '--match', 'listening', '--count', '2', id);
  sender.stdin.write('listening on 1\nother\nlistening on 2\n');
  expect(await waiting).toEqual({ code: 0, stdout: 'listening on 2\n', stderr: '' });
});

it.each([
  ['line', '2'],
  ['bytes', '8'],
])('wait --for %s exits with 0 once there are so many', async (what, number) => {
  const waiting = call('--create', '--for', what, '--count', number, id);
  sender.stdin.write('one\ntwo\n');
  expect(await waiting).toEqual({ code: 0, stdout: '', stderr: '' });
});

it('wait exits with 1 if the stream is complete without what was waited for', async () => {
  const waiting = call('--create', '--match', 'absent', id);
  sender.stdin.end('one\n');
  expect(await waiting).toEqual({
    code: 1,
    stdout: '',
    stderr: 'stream: the stream is complete without what was waited for, after byte 4\n',
  });
});

it('wait exits with 124 after its timeout', async () => {
  expect(await call('--create', '--timeout', '300ms', `${id}-absent`)).toEqual({
    code: 124,
    stdout: '',
    stderr: `stream: timed out after 300ms while waiting for ${id}-absent\n`,
  });
});

it('wait exits with 124 after its timeout while the server is away', async () => {
  const { code } = await stream(['wait', '--timeout', '300ms', 'http://127.0.0.1:2', id]);
  expect(code).toBe(124);
});

it('wait exits with 1 for a stream that does not exist', async () => {
  expect(await call(`${id}-absent`)).toEqual({
    code: 1,
    stdout: '',
    stderr: `stream: The stream with ID ${id}-absent does not exist; --create waits for it\n`,
  });
});

it('wait exits with 3 if the stream is deleted', async () => {
  const proxy = await startTcpProxy(Number(new URL(loom.url).port));
  const asked = new Promise((resolve) => proxy.onRequest(resolve));
  const waiting = new StreamProcess(['wait', '--create', `http://127.0.0.1:${proxy.port}`, id]);
  // It would wait for another stream if it came after the end of this one.
  await asked;
  sender.stdin.write('one\n');
  expect((await call('--create', '--for', 'bytes', id)).code).toBe(0);
  await request(`${loom.url}/stream/${id}`, { method: 'DELETE' });
  const { code, stderr } = await waiting.finished();
  expect({ code, stderr }).toEqual({ code: 3, stderr: 'stream: the stream was deleted or replaced\n' });
  await proxy.close();
});
