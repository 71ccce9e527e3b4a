import { withShell } from './with-shell';

const { line, content, leftovers } = withShell();

/** Without what run says of itself, such as the address, which comes when a server answers: on a busy machine behind the output. */
function ofCommand(output: string): string {
  return output.replace(/^stream: .*\n/gm, '');
}

const BOTH = "sh -c 'echo out; sleep 0.2; echo err >&2; sleep 0.2; echo end; exit 7'";

it.each([
  ['standard output is a full disk', '>/dev/full'],
  ['standard error is a full disk', '2>/dev/full'],
  ['both are a full disk', '>/dev/full 2>/dev/full'],
  ['standard output is closed', '>&-'],
  ['both are closed', '>&- 2>&-'],
  ['all three are closed', '<&- >&- 2>&-'],
  ['standard output cannot be written', '1</dev/null'],
])('run streams everything and exits with the code of the command if %s', async (_, redirection) => {
  const { code } = await line(`stream run --id $ID -- ${BOTH} ${redirection}`);
  expect(code).toBe(7);
  // Two pipes have no order between them.
  const lines = (await content()).split('\n');
  expect([lines.filter((text) => text !== 'err'), lines.includes('err')]).toEqual([['out', 'end', ''], true]);
});

it.each([
  ['standard output', '{ stream run --id $ID -- sh -c "seq 100000; exit 7"; echo $? >&2; } | head -1'],
  [
    'standard error',
    '{ { stream run --id $ID -- sh -c "seq 100000 >&2; exit 7" 2>&1 >/dev/null; echo $? >&3; } | head -1; } 3>&2',
  ],
])('run streams everything if the reader of %s closes it', async (_, text) => {
  const { stderr } = await line(text);
  expect(stderr).toMatch(/^7$/m);
  expect((await content()).endsWith('\n99999\n100000\n')).toBe(true);
});

it('run says once that it cannot write its output', async () => {
  const { stderr } = await line('stream run --id $ID -- sh -c "seq 100000" >/dev/full');
  expect(stderr.match(/cannot write to stdout: ENOSPC/g)).toHaveLength(1);
});

const MIXED = `sh -c 'for i in 1 2 3 4 5 6 7 8; do echo $i; echo $i >&2; done'`;
const IN_ORDER = [1, 2, 3, 4, 5, 6, 7, 8].map((n) => `${n}\n${n}\n`).join('');

it.each([
  ['a pipe', '2>&1 | cat'],
  ['a file', '>"$TMPDIR/both" 2>&1; cat "$TMPDIR/both"'],
])('run keeps the order of both outputs if they lead to one place, as to %s', async (_, redirection) => {
  const { stdout } = await line(`stream run --id $ID -- ${MIXED} ${redirection}`);
  expect(await content()).toBe(IN_ORDER);
  expect(ofCommand(stdout)).toBe(IN_ORDER);
});

it('run keeps the order also where there are no named pipes', async () => {
  const node = process.execPath;
  const { code } = await line(
    `mkdir "$TMPDIR/bin"; ln -s "$(command -v sh)" "$TMPDIR/bin"; PATH="$TMPDIR/bin" ${node} "$(command -v stream)" run --id $ID -- ${MIXED} >/dev/null 2>&1`,
  );
  expect(code).toBe(0);
  expect(await content()).toBe(IN_ORDER);
});

it('run keeps both outputs apart if they lead to two places', async () => {
  const { stdout, stderr } = await line(`stream run --id $ID -- ${BOTH}`);
  expect(stdout).toBe('out\nend\n');
  expect(ofCommand(stderr)).toBe('err\n');
});

it('a command can open its outputs by name', async () => {
  const { code } = await line("stream run --id $ID -- sh -c 'echo a >/dev/stderr; echo b >/dev/stdout'");
  expect(code).toBe(0);
  expect((await content()).split('\n').sort()).toEqual(['', 'a', 'b']);
});

it('run leaves nothing in the temporary directory', async () => {
  await line('stream run --id $ID -- true');
  expect(await leftovers()).toEqual([]);
});

it('the last lines of run reach a slow reader', async () => {
  await line('stream run --id $ID -- true');
  const { stdout } = await line(
    'stream run --id $ID -- sh -c "seq 20000 >&2" 2>&1 >/dev/null | { sleep 1; tail -1; }',
  );
  expect(stdout).toMatch(/^stream: \d+ bytes were not delivered; they are in /);
  await line(`rm "$TMPDIR"/loom-undelivered-*`);
});
