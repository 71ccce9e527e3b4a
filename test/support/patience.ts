/**
 * How long a test waits for something that another process does, in milliseconds. It bounds a hang and measures nothing: on a machine
 * with other work each step may take many times as long. It is shorter than jest's `testTimeout`, so that the failure names the step.
 */
export const PATIENCE_MS = 180_000;
