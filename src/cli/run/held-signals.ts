import type { Io } from '../output/io';
import { COMMAND_SIGNALS, type CommandSignal } from './command-signals';

/** @param wasHeld whether it came before there was a listener */
type SignalListener = (signal: CommandSignal, wasHeld: boolean) => void;

/** Keeps signals until a listener is there. Without it a signal during the start of a command would end this process, and leave the command alone. */
export class HeldSignals {
  readonly #held: CommandSignal[] = [];
  #listener: SignalListener | undefined;

  constructor(io: Io) {
    io.onSignal(COMMAND_SIGNALS, (signal) => {
      if (this.#listener === undefined) this.#held.push(signal);
      else this.#listener(signal, false);
    });
  }

  /** Call it once. The listener gets those that were held at once. */
  listen(listener: SignalListener): void {
    this.#listener = listener;
    for (const signal of this.#held.splice(0)) listener(signal, true);
  }
}
