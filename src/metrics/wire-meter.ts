import { AnswerMeters } from './answer-meter';
import type { Histogram } from './histogram';

/** What one wire has done. */
export class WireMeter {
  readonly answers = new AnswerMeters();
  appends = 0;
  appendedBytes = 0;
  /** Bytes of streams that were given to the connections of consumers. */
  deliveredBytes = 0;

  /** @param acknowledgements of all wires, in seconds */
  constructor(private readonly acknowledgements: Histogram) {}

  /** The store has acknowledged an append. @param ms since its first byte was here */
  acknowledged(bytes: number, ms: number): void {
    this.appends += 1;
    this.appendedBytes += bytes;
    this.acknowledgements.observe(ms / 1_000);
  }
}
