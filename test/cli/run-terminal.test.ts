import { withShell } from './with-shell';

const { line, content, metadata } = withShell();

it('--tty gives the command a terminal for its output, and its input as it is', async () => {
  const { code, stdout } = await line(
    'stream run --tty --id $ID -- sh -c \'test -t 1 && test -t 2 && stty size </dev/tty; cat; printf "\\033[31mred\\n"; exit 7\'',
    { COLUMNS: '132' },
    'from \u0003 stdin\n',
  );
  const expected = '24 132\nfrom \u0003 stdin\n\u001b[31mred\n';
  expect({ code, stdout }).toEqual({ code: 7, stdout: expected });
  expect(await content()).toBe(expected);
  expect(await metadata()).toEqual({ exitCode: 7 });
});

it('--tty passes every word, and the shell of the user, to the command', async () => {
  const { stdout } = await line(
    `SHELL=/bin/dash stream run --tty --id $ID -- sh -c 'printf "%s|" "$@" $SHELL' sh "a b" "it's" '$x' '"' '' 'é\\'`,
  );
  expect(stdout).toBe(`a b|it's|$x|"||é\\|/bin/dash|`);
});

it('--tty loses no output, also with a slow reader', async () => {
  const { stdout } = await line(
    'stream run --tty --id $ID -- seq 100000 | { sleep 1; md5sum; }; seq 100000 | md5sum',
  );
  const [shown, expected] = stdout.split('\n');
  expect(shown).toBe(expected);
  expect((await content()).endsWith('\n100000\n')).toBe(true);
});

it('--tty passes a signal to the command', async () => {
  // SIGALRM is how the time of timeout runs out, here once the command has its trap.
  await line(
    `export TIMER=$$; exec timeout -s INT 1000 stream run --tty --id $ID -- sh -c 'trap "echo int; exit 9" INT; kill -ALRM $TIMER; while :; do sleep 0.1; done'`,
  );
  expect(await content()).toBe('int\n');
  expect(await metadata()).toEqual({ exitCode: 9 });
});

it.each([
  ["sh -c 'kill -KILL $$'", 137],
  ['no-such-command', 127],
  ["sh -c 'sleep 60 & exit 3'", 3],
])('--tty -- %s exits with %i', async (command, code) => {
  expect((await line(`stream run --tty --id $ID -- ${command}`)).code).toBe(code);
});

it('--tty --kill-group ends what ignores the end of the terminal', async () => {
  const { code } = await line(
    `stream run --tty --kill-group --id $ID -- sh -c 'trap "" HUP; sleep 60 & echo $! >"$TMPDIR/pid"; exit 7'; code=$?; kill -0 $(cat "$TMPDIR/pid") 2>/dev/null && exit 1; exit $code`,
  );
  expect(code).toBe(7);
});

it('--tty says what it needs where script does not report exit codes', async () => {
  const { code, stderr } = await line(
    `mkdir "$TMPDIR/bin"; printf '#!/bin/sh\\n' >"$TMPDIR/bin/script"; chmod +x "$TMPDIR/bin/script"; PATH="$TMPDIR/bin:$PATH" stream run --tty --id $ID -- true`,
  );
  expect(code).toBe(126);
  expect(stderr).toContain('--tty needs the program script of util-linux');
});

it.each([
  [
    'while the command runs',
    `sh -c 'trap "" HUP; echo $$ >"$TMPDIR/pid"; until test -e "$TMPDIR/gone"; do sleep 0.1; done; exit 7'`,
    'test -s "$TMPDIR/pid"',
  ],
  [
    'after the command has ended',
    `sh -c 'sleep 60 & echo $$ >"$TMPDIR/pid"; exit 7'`,
    'test -s "$TMPDIR/pid" && ! kill -0 $(cat "$TMPDIR/pid") 2>/dev/null',
  ],
])('a terminal that goes away %s does not change the exit code', async (_, command, moment) => {
  const run = `trap : HUP; stream run --id $ID -- ${command}; echo $? >"$TMPDIR/code"`;
  const { stdout } = await line(
    `cd "$TMPDIR" && rm -f code pid gone; SHELL=/bin/sh script -qec "$RUN" /dev/null >/dev/null &
     until ${moment}; do sleep 0.1; done; kill -KILL $!; wait $!; touch gone
     until test -s code; do sleep 0.1; done; cat code`,
    { RUN: run },
  );
  expect(stdout).toBe('7\n');
});
