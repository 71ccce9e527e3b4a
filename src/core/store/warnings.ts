/** Receives what an operator should know. */
export type Warn = (message: string, details?: object) => void;

/** Receives what an operator must act on: acknowledged bytes that turn out to be lost. */
export type Alarm = (message: string, details?: object) => void;
