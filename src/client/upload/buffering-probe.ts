/** An upload with fewer bytes is too short to be watched. */
const SENT_MIN = 1024;
/** At these parts of a request's life it is noted what was sent, and the server is asked. */
const NOTED_AT = 0.25;
const ASKED_AT = 0.75;
const ASKED_MAX = 3;

/** The part of the source that a request has sent so far. */
interface SentPart {
  readonly from: number;
  readonly to: number;
}

/** Finds out whether a proxy holds requests back until they end: then the server has nothing of one that has sent much. */
export class BufferingProbe {
  #sent = 0;
  #asked = 0;

  /** @param offset asks the server how much it has @param onBuffered called at most once */
  constructor(
    private readonly lifeMs: number,
    private readonly offset: () => Promise<number | undefined>,
    private readonly onBuffered: () => void,
  ) {}

  /** Watches a request. @returns ends that; call it when the request ends */
  watch(part: SentPart): () => void {
    if (this.#asked >= ASKED_MAX) return () => {};
    let noted = part.from;
    let isRunning = true;
    const note = setTimeout(() => {
      noted = part.to;
    }, this.lifeMs * NOTED_AT);
    const ask = setTimeout(() => {
      if (noted > part.from && this.#sent + noted - part.from >= SENT_MIN)
        void this.#ask(part.from, () => isRunning);
    }, this.lifeMs * ASKED_AT);
    return () => {
      isRunning = false;
      clearTimeout(note);
      clearTimeout(ask);
      this.#sent += part.to - part.from;
    };
  }

  async #ask(from: number, isRunning: () => boolean): Promise<void> {
    this.#asked += 1;
    // If the server cannot be asked now, the next request is as good.
    const offset = await this.offset().catch(() => undefined);
    if (offset === undefined || !isRunning()) return;
    this.#asked = ASKED_MAX;
    if (offset <= from) this.onBuffered();
  }
}
