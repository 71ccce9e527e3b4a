import { STOP_SIGNALS } from '../output/io';

/** These ask for an end, except that SIGQUIT makes a JVM print its threads. */
export const ENDING_SIGNALS = [...STOP_SIGNALS, 'SIGQUIT'] as const;

/** The signals that are passed on to a command. What the last ones mean is up to it. */
export const COMMAND_SIGNALS = [...ENDING_SIGNALS, 'SIGUSR1', 'SIGUSR2', 'SIGWINCH', 'SIGCONT'] as const;

/** A signal that is passed on to a command. */
export type CommandSignal = (typeof COMMAND_SIGNALS)[number];
