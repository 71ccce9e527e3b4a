import http, { type IncomingMessage } from 'node:http';
import { Source } from './source';

/**
 * Records what producers sent, what was acknowledged and what readers got, and reports violations of these rules:
 *
 * - what was acknowledged is stored, and what is stored is what the producer sent, byte for byte;
 * - each reader got what is stored from its offset on, without a gap and without a repetition;
 * - a stream never becomes shorter, and a closed one stays as it is.
 */
export class Checker {
  readonly #histories = new Map<string, History>();

  stream(id: string): History {
    const history = this.#histories.get(id) ?? new History(id);
    this.#histories.set(id, history);
    return history;
  }

  /** Checks the server at `url` against all that is known. @returns a sentence per violation */
  async violations(url: string): Promise<readonly string[]> {
    const all = await Promise.all([...this.#histories.values()].map((history) => history.check(url)));
    return all.flat();
  }
}

/** What is known of one stream. */
export class History {
  readonly source: Source;
  readonly #readings: Reading[] = [];
  readonly #wrong: string[] = [];
  #written = 0;
  #acknowledged = 0;
  #longest = 0;
  #isComplete = false;

  constructor(readonly id: string) {
    this.source = new Source(id);
  }

  /** The producer has sent, or tried to send, the source up to `offset`. */
  written(offset: number): void {
    this.#written = Math.max(this.#written, offset);
  }

  /** The server has said that it has everything before `offset`. */
  acknowledged(offset: number): void {
    this.#acknowledged = Math.max(this.#acknowledged, offset);
    this.seen(offset);
  }

  /** The server has said that the stream, as it was sent, is closed and complete. */
  completed(): void {
    this.acknowledged(this.#written);
    this.#isComplete = true;
  }

  /** The server has just answered that the stream has `length` bytes. */
  seen(length: number): void {
    this.asked()(length);
  }

  /**
   * Called when a request for the length is sent. An answer may be older than one that overtakes it on another connection, so
   * it is checked against what was known when its request was sent.
   * @returns a function that takes the answer
   */
  asked(): (length: number) => void {
    const known = this.#longest;
    return (length) => this.#answered(length, known);
  }

  #answered(length: number, known: number): void {
    if (length < known) this.#wrong.push(`it shrank from ${known} to ${length} bytes`);
    if (length > this.#written) this.#wrong.push(`it has ${length} bytes, but ${this.#written} were sent`);
    this.#longest = Math.max(this.#longest, length);
  }

  reader(name: string, from = 0): Reading {
    const reading = new Reading(name, this.source, from);
    this.#readings.push(reading);
    return reading;
  }

  async check(url: string): Promise<readonly string[]> {
    const res = await get(`${url}/stream/${this.id}?notail`);
    const stored = new Reading('what is stored', this.source, 0);
    for await (const bytes of res) stored.took(bytes);
    const wrong = [...this.#wrong, ...stored.check(stored.at)];
    const { at: length } = stored;
    if (length > this.#written) wrong.push(`it has ${length} bytes, but ${this.#written} were sent`);
    if (length < this.#longest) wrong.push(`it shrank from ${this.#longest} to ${length} bytes`);
    if (length < this.#acknowledged)
      wrong.push(`it has ${length} bytes, but ${this.#acknowledged} were acknowledged`);
    if (this.#isComplete && res.headers['x-stream-state'] !== 'closed; outcome=complete')
      wrong.push(`it was complete, and is now ${res.headers['x-stream-state']}`);
    wrong.push(...this.#readings.flatMap((reading) => reading.check(length)));
    return wrong.map((what) => `stream ${this.id}: ${what}`);
  }
}

/** What one reader got. */
export class Reading {
  #at: number;
  #differs: number | undefined;

  constructor(
    private readonly name: string,
    private readonly source: Source,
    from: number,
  ) {
    this.#at = from;
  }

  /** The offset after the last byte it got. */
  get at(): number {
    return this.#at;
  }

  took(bytes: Buffer): void {
    this.#differs ??= this.source.differsAt(this.#at, bytes);
    this.#at += bytes.length;
  }

  /** @param length of the stream, which the reader should have read to its end */
  check(length: number): readonly string[] {
    if (this.#differs !== undefined)
      return [`${this.name} has another byte at ${this.#differs} than was sent`];
    return this.#at === length ? [] : [`${this.name} got to byte ${this.#at} of ${length}`];
  }
}

/** Not whole: the content may be larger than what is good to hold. */
function get(url: string): Promise<IncomingMessage> {
  return new Promise((resolve, reject) => {
    http.get(url, { agent: false }, resolve).on('error', reject);
  });
}
