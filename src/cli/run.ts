import { setTimeout as delay } from 'node:timers/promises';
import { generateStreamId } from '../client';
import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { parseDuration } from './arguments/duration';
import { acceptsMembers } from './arguments/metadata-flag';
import { uploadOptionsOf } from './arguments/upload-options-of';
import { UsageError } from './arguments/usage-error';
import { EXIT, signalExit } from './exit-code';
import { Display } from './output/display';
import { errorText } from './output/error-text';
import { type Io, say } from './output/io';
import { type RedactedSink, Redaction, sinkFor } from './redact/redaction';
import { CommandError } from './run/find-command';
import { HeldSignals } from './run/held-signals';
import { Linger } from './run/linger';
import { passSignals } from './run/pass-signals';
import type { CommandEnd, CommandOutput, RunningCommand } from './run/running-command';
import { startCommand } from './run/start-command';
import { startOnTerminal } from './run/start-on-terminal';
import { SpooledUpload } from './upload/spooled-upload';

/** How long the output is held back for the first answer of the server. */
const ADDRESS_MS = 500;

const NONE = new Uint8Array(0);

/** Runs `stream run`. If the upload or its own output fails, the command still runs to its end. @returns the command's exit code */
export async function run(invocation: Invocation, processIo: Io): Promise<number> {
  const { flags } = invocation;
  const isRaw = flags.choice('tty') === true && processIo.hasTerminalInput;
  // `script` sets the terminal so that LF alone does not lead to the first column.
  const io: Io = isRaw ? Object.create(processIo, { lineEnd: { value: '\r\n' } }) : processIo;
  const options = uploadOptionsOf(invocation);
  if (!acceptsMembers(options.metadata)) {
    throw new UsageError('--metadata must be a JSON object here: the exit code is added to it');
  }
  const redaction = await Redaction.of(invocation, io);
  const lingerText = flags.text('linger');
  const lingerMs = lingerText === undefined ? undefined : parseDuration(lingerText, '--linger');
  const id = flags.text('id') ?? generateStreamId();
  const client = clientOf(invocation);
  const signals = new HeldSignals(io);
  const command = await started(invocation, io);
  if (typeof command === 'number') return command;
  const delivery = new SpooledUpload(client, id, options, io, `${id} at ${client.urlOf(id)}`);
  const linger = new Linger(command, io, lingerMs);
  // The address of the stream comes before the output, of which a part may be half a line.
  const begins = Promise.race([delivery.begun, delay(ADDRESS_MS)]);
  const displays = displaysOf(command, begins, io);
  passSignals(io, signals, command, {
    linger,
    delivery,
    hide: () => {
      for (const display of displays) display.giveUp();
    },
  });
  void delivery.settled.then((failure) => reportFailure(failure, delivery, io));
  const shown = showOutput(command, displays, {
    linger,
    io,
    newSink: () => sinkFor(redaction, (bytes) => delivery.write(bytes)),
  });
  const end = await command.ended;
  if (flags.choice('kill-group')) await command.endGroup();
  linger.begin();
  await shown;
  linger.end();
  await delivery.end(end);
  await delivery.settled;
  await delivery.close();
  redaction?.summarize();
  return exitOf(end);
}

function reportFailure(failure: unknown, { wasReached }: SpooledUpload, io: Io): void {
  if (failure === undefined) return;
  say(io, `the output is ${wasReached ? 'no longer' : 'not'} streamed: ${errorText(failure, '--id')}`);
}

/** @returns the exit code if the command cannot be run */
async function started({ command, flags }: Invocation, io: Io): Promise<RunningCommand | number> {
  const options = { hasGroup: flags.choice('kill-group') ?? false };
  try {
    return await (flags.choice('tty') ? startOnTerminal : startCommand)(command, options, io);
  } catch (error) {
    if (!(error instanceof CommandError)) throw error;
    say(io, `cannot run ${command[0]}: ${error.message}`);
    return error.reason === 'not-found' ? EXIT.notFound : EXIT.cannotRun;
  }
}

function displaysOf({ outputs }: RunningCommand, begins: Promise<void>, io: Io): Display[] {
  return outputs.map(
    ({ to }) =>
      new Display(io[to], begins, (error) =>
        say(io, `cannot write to ${to}: ${errorText(error)}; the output is still streamed`),
      ),
  );
}

interface Showing {
  readonly linger: Linger;
  readonly io: Io;
  readonly newSink: () => RedactedSink;
}

/** Resolves when the command's output has ended, and is shown and uploaded or spooled. */
async function showOutput(
  { outputs }: RunningCommand,
  displays: readonly Display[],
  { linger, io, newSink }: Showing,
): Promise<void> {
  const copy = async ({ from }: CommandOutput, display: Display | undefined): Promise<void> => {
    const upload = newSink();
    try {
      for await (const piece of from)
        await linger.handle(piece, () => Promise.all([upload.write(piece), display?.write(piece)]));
    } catch (error) {
      // A write never fails here: this is an error of the pipe.
      if (!linger.isOver) say(io, `cannot read the output of the command: ${errorText(error)}`);
    } finally {
      await upload.end();
      await linger.handle(NONE, async () => display?.end());
    }
  };
  await Promise.all(outputs.map((output, index) => copy(output, displays[index])));
}

function exitOf(end: CommandEnd): number {
  return 'signal' in end ? signalExit(end.signal) : end.exitCode;
}
