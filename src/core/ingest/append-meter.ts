/** Counts appends. */
export interface AppendMeter {
  /** The store has acknowledged an append. @param ms since its first byte was here */
  acknowledged(bytes: number, ms: number): void;
}
