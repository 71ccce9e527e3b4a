import { type Io, say } from '../output/io';
import { SignalPairs } from '../output/signal-pairs';
import type { SpooledUpload } from '../upload/spooled-upload';
import { COMMAND_SIGNALS, type CommandSignal, ENDING_SIGNALS } from './command-signals';
import { GroupSensor } from './group-sensor';
import type { HeldSignals } from './held-signals';
import type { Linger } from './linger';
import type { RunningCommand } from './running-command';

/** What signals are about once the command has ended. */
interface AfterCommand {
  readonly linger: Linger;
  readonly delivery: SpooledUpload;
  /** Shows no more of the output if its reader does not go on. */
  readonly hide: () => void;
}

const ENDING: ReadonlySet<CommandSignal> = new Set(ENDING_SIGNALS);
/** A terminal sends these to the whole process group in its foreground. */
const FROM_TERMINAL: ReadonlySet<CommandSignal> = new Set(['SIGINT', 'SIGQUIT', 'SIGWINCH', 'SIGCONT']);

/**
 * Passes signals to the command while it runs. Afterwards a first signal ends the waiting for background processes and for a slow reader of the output,
 * and a second one gives up on undelivered bytes, or the first if the server was never there.
 */
export function passSignals(
  io: Io,
  signals: HeldSignals,
  command: RunningCommand,
  { linger, delivery, hide }: AfterCommand,
): void {
  const pass = passOn(io, command);
  const pairs = new SignalPairs();
  let signalled = false;
  signals.listen((signal, wasHeld) => {
    if (!ENDING.has(signal)) return pass(signal, wasHeld);
    const isNew = pairs.isNew();
    if (command.isRunning) return pass(signal, wasHeld);
    if (!isNew) return;
    hide();
    linger.stop();
    if (signalled || !delivery.wasReached) {
      linger.cut();
      return delivery.stop(`stopped by ${signal}`);
    }
    signalled = true;
    say(io, `${signal}: ${delivery.pending} bytes are not delivered yet; a second signal gives up`);
  });
}

/**
 * Many programs exit at once on a second signal: the command gets each of a pair once (`timeout` sends SIGCONT in pairs, too), and none that
 * it has got itself. It may not have got one that came while it was being started.
 */
function passOn(io: Io, command: RunningCommand): (signal: CommandSignal, wasHeld: boolean) => void {
  const kinds = new Map<CommandSignal, SignalPairs>(
    [...ENDING_SIGNALS, 'SIGCONT' as const].map((signal) => [signal, new SignalPairs()]),
  );
  const sensor = command.sharesGroup ? new GroupSensor(COMMAND_SIGNALS) : undefined;
  if (sensor !== undefined) void command.ended.then(() => sensor.end());
  const send = async (signal: CommandSignal): Promise<void> => {
    const fromTerminal = FROM_TERMINAL.has(signal) && io.hasTerminalInput && command.sharesGroup;
    if (!((await sensor?.hasGot(signal)) ?? fromTerminal)) command.signal(signal);
  };
  return (signal, wasHeld) => {
    if (kinds.get(signal)?.isNew() === false) return;
    if (wasHeld) command.signal(signal);
    else void send(signal);
  };
}
