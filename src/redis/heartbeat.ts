/** Renews a lease three times per lease time, one beat at a time. A beat that fails is ignored: the next one tries again. */
export class Heartbeat {
  #timer: NodeJS.Timeout | undefined;
  #beating: Promise<void> | undefined;

  constructor(
    private readonly leaseMs: number,
    private readonly beat: () => Promise<void>,
  ) {}

  start(): void {
    this.#timer = setInterval(() => {
      // While Redis is away, a beat takes longer than the time until the next one.
      this.#beating ??= this.beat()
        .catch(() => {})
        .finally(() => {
          this.#beating = undefined;
        });
    }, this.leaseMs / 3).unref();
  }

  /** Resolves once no beat is under way. */
  async stop(): Promise<void> {
    clearInterval(this.#timer);
    await this.#beating;
  }
}
