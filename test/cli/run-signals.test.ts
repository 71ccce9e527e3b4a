import { dirname, join } from 'node:path';
import { BIN } from './stream-process';
import { withShell } from './with-shell';

const { line, content, metadata } = withShell();

it('the command ignores the signals that run was started to ignore, and so does run', async () => {
  const { code } = await line(
    `trap '' HUP INT; stream run --id $ID -- sh -c 'kill -HUP $PPID $$; kill -INT $PPID $$; sleep 0.3; echo alive; exit 7'`,
  );
  expect(code).toBe(7);
  expect(await content()).toBe('alive\n');
});

it('nohup holds for run, its command, and a stream from a pipe', async () => {
  const { stdout } = await line(
    `nohup stream run --id $ID -- sh -c 'kill -HUP $PPID $$; sleep 0.3; echo alive' 2>/dev/null`,
  );
  expect(stdout).toBe('alive\n');
  const { code } = await line(
    `mkfifo "$TMPDIR/in"; nohup stream "$LOOM_URL" $ID-2 <"$TMPDIR/in" 2>/dev/null & exec 3>"$TMPDIR/in"; echo one >&3
     until stream cat $ID-2 2>/dev/null | grep -q one; do sleep 0.1; done; kill -HUP $!; echo two >&3; exec 3>&-; wait $!`,
  );
  expect(code).toBe(0);
});

it('a command that cannot be run has its exit code also where signals are ignored', async () => {
  expect(await line("trap '' HUP; stream run --id $ID -- no-such-command")).toMatchObject({
    code: 127,
    stderr: 'stream: cannot run no-such-command: no such command\n',
  });
  expect((await line(`trap '' HUP; stream run --id $ID -- "$TMPDIR"`)).code).toBe(126);
});

it('a signal that timeout sends to the whole process group gives up nothing', async () => {
  // SIGALRM is how the time of timeout runs out, here once the command has its trap.
  await line(
    `export TIMER=$$; exec timeout -s INT 1000 stream run --id $ID -- sh -c 'trap "echo int; exit 9" INT; kill -ALRM $TIMER; while :; do sleep 0.1; done'`,
  );
  expect(await content()).toMatch(/^int\n/);
  expect(await metadata()).toEqual({ exitCode: 9 });
});

/** A command that counts its signals, notes each in a file, and prints the counts once another file is there. */
const COUNTS = `${process.execPath} -e '
  const { existsSync, writeFileSync } = require("node:fs");
  const place = process.env.TMPDIR + "/" + process.env.ID;
  const counts = {};
  for (const name of ["SIGINT", "SIGTERM", "SIGHUP", "SIGQUIT", "SIGUSR1", "SIGUSR2", "SIGWINCH", "SIGCONT"])
    process.on(name, () => {
      counts[name] = (counts[name] ?? 0) + 1;
      writeFileSync(place + ".got", "\\n");
      writeFileSync(place + "." + name, "");
    });
  console.log("ready");
  const end = setInterval(() => {
    if (!existsSync(place + ".end")) return;
    clearInterval(end);
    console.log(JSON.stringify(counts));
  }, 50);
'`;

/** Waits until the process is ready that learns of signals to the process group of run, `$!` or its child. It traps SIGCONT last. */
const UNTIL_SENSING = `until caught=$(sed -n 's/^SigCgt:[[:space:]]*/0x/p' "/proc/$(pgrep -x sh -P "$!,$(pgrep -d, -P $!)")/status" 2>/dev/null)
     test $((\${caught:-0} & 0x20000)) -ne 0; do sleep 0.1; done; sleep 0.3`;

const UNTIL_GOT = 'until test -e "$TMPDIR/$ID.got"; do sleep 0.1; done';

function countsIn(stdout: string): unknown {
  const [, counts = 'null'] = /^ready\n(\{.*\})\n$/.exec(stdout) ?? [];
  return JSON.parse(counts);
}

it.each([
  ['is sent to run alone', `"$STREAM" run --id $ID -- ${COUNTS}`, 'kill -TERM $!', { SIGTERM: 1 }],
  [
    'is sent to the process group',
    `setsid "$STREAM" run --id $ID -- ${COUNTS}`,
    'kill -s TERM -- -$!',
    { SIGTERM: 1 },
  ],
  [
    'is sent by timeout',
    `timeout 100 "$STREAM" run --id $ID -- ${COUNTS}`,
    'kill -TERM $!',
    { SIGTERM: 1, SIGCONT: 1 },
  ],
])('the command gets a signal once if it %s', async (_, start, signal, expected) => {
  const { stdout } = await line(
    `STREAM=$(command -v stream); ${start} >"$TMPDIR/$ID" & until grep -q ready "$TMPDIR/$ID" 2>/dev/null; do sleep 0.1; done
     ${UNTIL_SENSING}; ${signal}; ${UNTIL_GOT}; sleep 1; touch "$TMPDIR/$ID.end"; wait $!; cat "$TMPDIR/$ID"`,
  );
  expect(countsIn(stdout)).toEqual(expected);
});

it.each(['', '-'])(
  'the command gets the signals of programs, each once, also from its process group ("%s")',
  async (group) => {
    const { stdout } = await line(
      `setsid stream run --id $ID -- ${COUNTS} >"$TMPDIR/$ID" & until grep -q ready "$TMPDIR/$ID" 2>/dev/null; do sleep 0.1; done
     ${UNTIL_SENSING}; for name in USR1 USR2 WINCH CONT; do kill -s $name -- ${group}$!; done
     for name in USR1 USR2 WINCH CONT; do until test -e "$TMPDIR/$ID.SIG$name"; do sleep 0.1; done; done; sleep 1; touch "$TMPDIR/$ID.end"; wait $!; cat "$TMPDIR/$ID"`,
    );
    expect(countsIn(stdout)).toEqual({ SIGUSR1: 1, SIGUSR2: 1, SIGWINCH: 1, SIGCONT: 1 });
  },
);

it('the signals of programs end neither run after its command nor the delivery', async () => {
  const { stdout } = await line(
    `stream run --id $ID -- sh -c '(until test -e "$TMPDIR/$ID-go"; do sleep 0.1; done; echo late) & exit 7' 2>"$TMPDIR/$ID-err" &
     until grep -q lingering "$TMPDIR/$ID-err"; do sleep 0.1; done; kill -USR1 $!; kill -USR2 $!; touch "$TMPDIR/$ID-go"; wait $!; echo $?`,
  );
  expect(stdout).toBe('late\n7\n');
});

it('SIGUSR1 opens no debugger, neither at the start nor later', async () => {
  const { stdout, stderr } = await line(
    `for wait in 0.01 0.02 0.03 0.04 0.06 0.08; do stream --help >/dev/null & sleep $wait; kill -USR1 $! 2>/dev/null; wait $!; done
     mkfifo "$TMPDIR/$ID"; stream $ID <"$TMPDIR/$ID" & exec 3>"$TMPDIR/$ID"; echo one >&3
     until stream cat $ID 2>/dev/null | grep -q one; do sleep 0.1; done; kill -USR1 $!; echo two >&3; exec 3>&-; wait $!; stream cat $ID`,
  );
  expect(stderr).not.toContain('Debugger listening');
  expect(stdout).toBe('one\ntwo\n');
});

it('a background process that goes on writing holds run for as long as --linger', async () => {
  const { code, stderr } = await line(
    `stream run --linger 1s --id $ID -- sh -c '(while echo x; do sleep 0.05; done) & exit 7' >/dev/null`,
  );
  expect(code).toBe(7);
  expect(stderr).toMatch(/lingering for 1 s.*\n.*no longer read\n$/);
});

it('a background process that is quiet for some seconds is waited for', async () => {
  const { code } = await line(`stream run --id $ID -- sh -c '(sleep 3; echo late) & exit 7'`);
  expect(code).toBe(7);
  expect(await content()).toBe('late\n');
});

it('a signal ends the lingering, and not the delivery', async () => {
  const { stdout } = await line(
    `stream run --linger 10m --id $ID -- sh -c 'sleep 30 & echo done; exit 7' 2>"$TMPDIR/err" & until grep -q lingering "$TMPDIR/err"; do sleep 0.1; done; kill -TERM $!; wait $!; echo $?`,
  );
  expect(stdout).toBe('done\n7\n');
  expect(await content()).toBe('done\n');
});

it('a pair of signals after the end of the command gives up nothing', async () => {
  const { stdout, stderr } = await line(
    `node "$LOOM" --port 0 --store memory: >"$TMPDIR/log" 2>&1 & loom=$!
     until url=$(grep -o 'http://[^ "]*' "$TMPDIR/log" | head -1); test -n "$url" && curl -sf "$url/healthz" >/dev/null; do sleep 0.1; done
     stream run --id $ID "$url" -- sh -c 'echo one; until test -e "$TMPDIR/go"; do sleep 0.1; done; echo two; exit 7' 2>"$TMPDIR/err" & run=$!
     until stream cat "$url" $ID 2>/dev/null | grep -q one; do sleep 0.1; done; kill -KILL $loom; touch "$TMPDIR/go"
     until grep -q reconnecting "$TMPDIR/err" && ! pgrep -P $run >/dev/null; do sleep 0.1; done
     kill -TERM $run; sleep 0.1; kill -TERM $run; sleep 0.6; kill -0 $run && kill -TERM $run; wait $run; echo $?; cat "$TMPDIR/err" >&2; rm "$TMPDIR"/loom-undelivered-*`,
    { LOOM: join(dirname(BIN), 'loom') },
  );
  expect(stdout).toBe('one\ntwo\n7\n');
  expect(stderr).toContain('a second signal gives up');
  expect(stderr).toMatch(/bytes were not delivered; they are in/);
  expect(stderr).not.toContain('background process');
});

it('run says nothing of a background process while it waits for a reader of its output', async () => {
  const { stderr } = await line(`stream run --id $ID -- seq 30000 | { sleep 2; cat; } >/dev/null`);
  expect(stderr).not.toContain('background');
});

it('a signal ends the waiting for a reader that has stopped, and the stream still gets everything', async () => {
  const { stdout, stderr } = await line(
    `mkfifo "$TMPDIR/$ID"; sleep 120 <"$TMPDIR/$ID" & reader=$!
     stream run --id $ID -- sh -c 'seq 20000; exit 7' >"$TMPDIR/$ID" & run=$!
     until ! pgrep -P $run -x sh >/dev/null && stream cat $ID 2>/dev/null | grep -q 20000; do sleep 0.2; done
     kill -TERM $run; wait $run; echo $?; kill $reader`,
  );
  expect(stderr).not.toContain('not delivered;');
  expect(stdout).toBe('7\n');
  expect((await content()).endsWith('\n20000\n')).toBe(true);
});

it('no output of the command is lost to the end of the lingering, however slow the reader', async () => {
  await line(
    `stream run --linger 100ms --id $ID -- sh -c 'sleep 60 & seq 30000' | { sleep 2; cat; } >/dev/null`,
  );
  expect((await content()).endsWith('\n30000\n')).toBe(true);
});

it('--kill-group ends the background processes with the command', async () => {
  const { code, stdout } = await line(
    `stream run --kill-group --linger 60s --id $ID -- sh -c 'sleep 60 & sh -c "trap \\"echo bye; exit\\" TERM; echo ready; touch $TMPDIR/$ID; while :; do sleep 0.1; done" & until test -e "$TMPDIR/$ID"; do sleep 0.1; done; exit 7'`,
  );
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'ready\nbye\n' });
});

it('--kill-group passes a signal to all processes of the command', async () => {
  const { code } = await line(
    `export TIMER=$$; exec timeout 1000 stream run --kill-group --linger 60s --id $ID -- sh -c 'sleep 60 & trap "" TERM; kill -ALRM $TIMER; wait; exit 7'`,
  );
  expect(code).toBe(124);
  expect(await metadata()).toEqual({ exitCode: 7 });
});
