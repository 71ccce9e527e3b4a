/**
 * A timeout that a test waits for, in milliseconds: of commands, or of a lease. It is longer than a loaded machine lets a command or a
 * heartbeat wait that the test needs to succeed.
 */
export const IMPATIENT_MS = 3_000;
