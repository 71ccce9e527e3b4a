import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { LoomClient } from '../../src/client';
import { startDecodingProxy } from '../support/decoding-proxy';
import { LoomProcess } from '../support/loom-process';
import { inPython, PYTHON } from './find-python';
import { FOLDER, runPython } from './python-program';

let directory: string;
let loom: LoomProcess;
let client: LoomClient;
beforeEach(async () => {
  directory = mkdtempSync(path.join(tmpdir(), 'loom-python-'));
  loom = await LoomProcess.start({ store: `file:${directory}` });
  client = new LoomClient({ url: loom.url });
});
afterEach(async () => {
  await loom.stop();
  rmSync(directory, { recursive: true, force: true });
});

inPython('a stream that Python writes is read by the client for Node', async () => {
  const [length] = await runPython(
    loom.url,
    `
with loom.upload("a", metadata={"who": "Grüße"}) as upload:
    upload.write("grüße\\n")
    upload.write(b"bytes")
    upload.end({"exitCode": 3})
result(upload.acknowledged)
`,
  );
  expect(length).toBe(13);
  expect(await client.follow('a').text()).toBe('grüße\nbytes');
  const { metadata, outcome, contentType } = await client.head('a');
  expect({ metadata, outcome, contentType }).toEqual({
    metadata: { who: 'Grüße', exitCode: 3 },
    outcome: 'complete',
    contentType: 'text/plain; charset=utf-8',
  });
});

inPython('Python reaches no other stream through a proxy that changes paths', async () => {
  await client.upload('b').send(['precious']);
  const proxy = await startDecodingProxy(loom.port);
  try {
    const codes = await runPython(
      proxy.url,
      `
def refused(work):
    try:
        return work()
    except LoomError as error:
        return error.answer_code
def replace():
    with loom.upload("a/../b", existing="replace") as upload:
        upload.write("new")
result([refused(replace), refused(lambda: loom.follow("a/../b").text()), refused(lambda: loom.info("a/../b"))])
`,
    );
    expect(codes).toEqual([['path_changed', 'path_changed', 'path_changed']]);
    expect(await client.follow('b').text()).toBe('precious');
  } finally {
    await proxy.close();
  }
});

inPython('Python reads the bytes, the lines and the end of a stream', async () => {
  // U+2028 ends a line for Python, but not for Loom.
  await client.upload('a', { metadata: { exitCode: 1 } }).send(['one\n', 'two\u2028three\n', 'four']);
  const results = await runPython(
    loom.url,
    `
following = loom.follow("a", offset=4)
result([following.text(), following.offset, following.end])
result([[line.line, line.offset, line.text] for line in loom.lines("a")])
ended = loom.wait("a")
result([ended["outcome"], ended["exitCode"]])
result(loom.wait("a", until="line", q="two")["match"]["line"])
result(loom.wait("not-yet", create=True, timeout=0.05))
result(loom.info("a")["bytes"])
`,
  );
  expect(results).toEqual([
    ['two\u2028three\nfour', 20, { state: 'closed', outcome: 'complete' }],
    [
      [1, 0, 'one'],
      [2, 4, 'two\u2028three'],
      [3, 16, 'four'],
    ],
    ['complete', 1],
    2,
    null,
    20,
  ]);
});

inPython('what is stored now is read without waiting for more', async () => {
  const upload = client.upload('a');
  await upload.write('begun\n');
  await client.wait('a', { for: 'bytes', count: 6, create: true });
  const program = `
result(loom.follow("a", follow=False).text())
result([line.text for line in loom.lines("a", follow=False)])
`;
  expect(await runPython(loom.url, program)).toEqual(['begun\n', ['begun']]);
  await upload.end();
  await upload.done;
});

inPython('errors have the codes of the client for Node', async () => {
  await client.upload('taken').send(['x']);
  const results = await runPython(
    loom.url,
    `
def code_of(work):
    try:
        work()
    except LoomError as error:
        return error.code
def stopped():
    upload = loom.upload("stopped")
    upload.stop()
    upload.end()
result([
    code_of(lambda: loom.upload("taken").send(["y"])),
    code_of(lambda: loom.follow("nowhere").text()),
    code_of(lambda: list(loom.lines("nowhere"))),
    code_of(lambda: loom.info("nowhere")),
    code_of(lambda: loom.info("..")),
    code_of(lambda: Loom("http://127.0.0.1:1").follow("a", give_up_after=0.1).text()),
    code_of(stopped),
])
result(loom.upload("taken", existing="replace").send(["y"]))
`,
  );
  const codes = ['REFUSED', 'NOT_FOUND', 'NOT_FOUND', 'NOT_FOUND', 'INVALID', 'GAVE_UP', 'STOPPED'];
  expect(results).toEqual([codes, 1]);
});

inPython('no byte is lost or doubled while the server is killed', async () => {
  const results = await runPython(
    loom.url,
    `
import threading, time
upload = loom.upload("killed")
written = []
def write_line():
    line = "%d lines came before this one\\n" % len(written)
    written.append(line)
    upload.write(line)
    time.sleep(0.001)
write_line()
loom.wait("killed", until="bytes", create=True)
following, lines = loom.follow("killed"), []
read = {}
readers = [
    threading.Thread(target=lambda: read.update(text=following.text())),
    threading.Thread(target=lambda: lines.extend(loom.lines("killed"))),
]
for reader in readers:
    reader.start()
for kills in range(3):
    for _ in range(50):
        write_line()
    killing = threading.Thread(target=kill)
    killing.start()
    while killing.is_alive():
        write_line()
length = upload.end()
for reader in readers:
    reader.join()
whole = "".join(written)
result([
    length == len(whole), read["text"] == whole, following.losses, following.end["outcome"],
    [line.text + "\\n" for line in lines] == written, [line.line for line in lines] == list(range(1, len(written) + 1)),
])
`,
    () => loom.restart('SIGKILL'),
  );
  expect(results).toEqual([[true, true, [], 'complete', true, true]]);
});

inPython('the example of docs/client.md does what it says', async () => {
  const page = readFileSync(path.join(__dirname, '../../docs/client.md'), 'utf8');
  const [, block = ''] = /^## In Python\n[\s\S]*?\n\n((?: {4}.*\n|\n)+)/m.exec(page) ?? [];
  const code = block.replaceAll(/^ {4}/gm, '').replace('http://localhost:3060', loom.url);
  const env = { ...process.env, PYTHONPATH: FOLDER, PYTHONDONTWRITEBYTECODE: '1' };
  const printed = execFileSync(PYTHON ?? '', ['-c', code], { env, encoding: 'utf8' });
  expect(printed).toBe('1 compiling\ncompiling\n complete\n');
});
