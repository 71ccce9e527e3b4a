import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import type { Readable, Writable } from 'node:stream';
import { generateStreamId, type Json } from '../client';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { acceptsMembers } from './arguments/metadata-flag';
import { uploadOptionsOf } from './arguments/upload-options-of';
import { UsageError } from './arguments/usage-error';
import { EXIT, signalExit } from './exit-code';
import { hasCode, type Io, isBrokenPipe, say, write } from './output/io';
import { type RedactedSink, Redaction, sinkFor } from './redact/redaction';
import { failureText, SpooledUpload } from './upload/spooled-upload';

/** A background process may keep the command's output open forever. After this long without output, `run` stops reading. */
const LINGER_MS = 2_000;

/** Runs `stream run`. If the upload fails, the command still runs to its end. @returns the command's exit code */
export async function run(invocation: Invocation, io: Io): Promise<number> {
  const options = uploadOptionsOf(invocation);
  if (!acceptsMembers(options.metadata)) {
    throw new UsageError('--metadata must be a JSON object here: the exit code is added to it');
  }
  const redaction = await Redaction.of(invocation, io);
  const id = invocation.flags.text('id') ?? generateStreamId();
  const client = clientOf(invocation);
  const url = client.urlOf(id);
  const child = start(invocation.command);
  const ended = once(child, 'exit');
  ended.catch(() => {
    // `spawn` below rejects with the same error.
  });
  try {
    await once(child, 'spawn');
  } catch (error) {
    say(io, `cannot run ${invocation.command[0]}: ${failureText(error)}`);
    return hasCode(error, 'ENOENT') ? EXIT.notFound : EXIT.cannotRun;
  }
  say(io, `${id} at ${url}`);
  const delivery = new SpooledUpload(client, id, options, io);
  passSignals(io, child, delivery);
  void delivery.settled.then((failure) => {
    if (failure !== undefined) say(io, `the output is no longer streamed: ${failureText(failure)}`);
  });
  await showOutput(child, ended, io, () => sinkFor(redaction, (bytes) => delivery.write(bytes)));
  await delivery.end(endOf(child));
  await delivery.settled;
  await delivery.close();
  redaction?.summarize();
  return child.signalCode === null ? (child.exitCode ?? EXIT.failed) : signalExit(child.signalCode);
}

type Running = ChildProcess & { readonly stdout: Readable; readonly stderr: Readable };

function start([file = '', ...args]: readonly string[]): Running {
  return spawn(file, args, { stdio: ['inherit', 'pipe', 'pipe'] });
}

/** Passes signals to the command while it runs. Afterwards, a second signal gives up on undelivered bytes, or the first if the server was never there. */
function passSignals(io: Io, child: Running, delivery: SpooledUpload): void {
  let signalled = false;
  io.onSignal((signal) => {
    const isRunning = child.exitCode === null && child.signalCode === null;
    // A terminal has already sent it to the command. Many programs exit at once on a second SIGINT.
    if (isRunning && signal === 'SIGINT' && io.stdin.isTTY) return;
    if (isRunning) child.kill(signal);
    else if (signalled || !delivery.wasReached) delivery.stop(`stopped by ${signal}`);
    else {
      signalled = true;
      say(io, `${signal}: ${delivery.pending} bytes are not delivered yet; a second signal gives up`);
    }
  });
}

/** Resolves when the command has exited and its output is written and uploaded or spooled. */
async function showOutput(
  child: Running,
  ended: Promise<unknown>,
  io: Io,
  newSink: () => RedactedSink,
): Promise<void> {
  const linger = new Linger(child);
  const tee = async (from: Readable, to: Writable): Promise<void> => {
    const upload = newSink();
    try {
      for await (const piece of from) {
        linger.refresh();
        await Promise.all([upload.write(piece), write(to, piece)]);
      }
    } catch (error) {
      // The reader has closed the output. Leaving the loop closed the command's output, so the command gets SIGPIPE as usual.
      if (!isBrokenPipe(error) && !linger.isOver) throw error;
    } finally {
      await upload.end();
    }
  };
  const shown = Promise.all([tee(child.stdout, io.stdout), tee(child.stderr, io.stderr)]);
  await ended;
  linger.begin();
  await shown;
  linger.end();
}

function endOf(child: Running): Json {
  return child.signalCode === null ? { exitCode: child.exitCode } : { signal: child.signalCode };
}

/** Stops reading a command's output some time after the command has exited. */
class Linger {
  #timer: NodeJS.Timeout | undefined;
  #isOver = false;

  constructor(private readonly child: Running) {}

  get isOver(): boolean {
    return this.#isOver;
  }

  begin(): void {
    this.#timer = setTimeout(() => {
      this.#isOver = true;
      this.child.stdout.destroy();
      this.child.stderr.destroy();
    }, LINGER_MS);
  }

  refresh(): void {
    this.#timer?.refresh();
  }

  end(): void {
    clearTimeout(this.#timer);
  }
}
