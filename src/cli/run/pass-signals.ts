import { type Io, type StopSignal, say } from '../output/io';
import { SignalPairs } from '../output/signal-pairs';
import type { SpooledUpload } from '../upload/spooled-upload';
import type { Linger } from './linger';
import type { RunningCommand } from './running-command';

/**
 * Passes signals to the command while it runs, each of a pair once. Afterwards a first signal ends the lingering, and a second one gives up on
 * undelivered bytes, or the first if the server was never there.
 */
export function passSignals(
  io: Io,
  command: RunningCommand,
  linger: Linger,
  { delivery, giveUp }: { readonly delivery: SpooledUpload; readonly giveUp: (reason: string) => void },
): void {
  const pairs = new SignalPairs();
  const passed = new Map<StopSignal, SignalPairs>();
  let signalled = false;
  io.onSignal((signal) => {
    const isNew = pairs.isNew();
    if (command.isRunning) {
      const ofKind = passed.get(signal) ?? new SignalPairs();
      passed.set(signal, ofKind);
      // A terminal has already sent it to the command. Many programs exit at once on a second SIGINT.
      const isSent = signal === 'SIGINT' && io.hasTerminalInput && command.sharesTerminal;
      if (ofKind.isNew() && !isSent) command.signal(signal);
      return;
    }
    if (!isNew) return;
    linger.stop();
    if (signalled || !delivery.wasReached) return giveUp(`stopped by ${signal}`);
    signalled = true;
    say(io, `${signal}: ${delivery.pending} bytes are not delivered yet; a second signal gives up`);
  });
}
