import { Histogram, SHORT_SECONDS } from './histogram';
import { StoreMeter } from './store-meter';
import { WireMeter } from './wire-meter';
import { WIRE_NAMES, type WireName } from './wire-name';

/** As the label `reason` names them. */
export const CUT_REASONS = ['stalled', 'bytes_lost', 'overrun', 'failed', 'stopping'] as const;

/** Why the server has cut a consumer. */
export type CutReason = (typeof CUT_REASONS)[number];

/** Everything that one server counts: plain numbers in fields, which only a scrape reads. */
export class Meters {
  readonly store = new StoreMeter();
  /** Seconds from the first byte of an append until the store has acknowledged it. */
  readonly acknowledgements = new Histogram(SHORT_SECONDS);
  /** Refused requests, by the code of the error. */
  readonly refused = new Map<string, number>();
  /** Consumers that were cut, by the reason. */
  readonly cut = new Map<CutReason, number>(CUT_REASONS.map((reason) => [reason, 0]));
  readonly #wires = new Map<WireName, WireMeter>();
  /** Spies that are connected now. */
  spies = 0;
  spySkippedBytes = 0;
  /** Producers that went on with their stream. */
  resumes = 0;
  /** Connections that were closed because there were too many. */
  droppedConnections = 0;

  /** @param codes of the errors that a request may be refused with */
  constructor(codes: Iterable<string> = []) {
    for (const code of codes) this.refused.set(code, 0);
    for (const name of WIRE_NAMES) this.#wires.set(name, new WireMeter(this.acknowledgements));
  }

  get wires(): ReadonlyMap<WireName, WireMeter> {
    return this.#wires;
  }

  wire(name: WireName): WireMeter {
    const meter = this.#wires.get(name);
    if (meter === undefined) throw new Error(`There is no wire ${name}`);
    return meter;
  }

  countRefused(code: string): void {
    this.refused.set(code, (this.refused.get(code) ?? 0) + 1);
  }

  countCut(reason: CutReason): void {
    this.cut.set(reason, (this.cut.get(reason) ?? 0) + 1);
  }
}
