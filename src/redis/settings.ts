/** What a connection needs to know. */
export interface ConnectionSettings {
  /** How long one command may take before it counts as lost, in milliseconds. */
  readonly commandTimeoutMs: number;
  /** Receives what an operator should know. */
  readonly warn: (message: string, details?: object) => void;
}
