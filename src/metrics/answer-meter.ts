import { ANSWER_SECONDS, Histogram } from './histogram';

/** The methods that have a label of their own. All others count as `other`, because a client may send any word. */
const METHODS: ReadonlySet<string> = new Set(['GET', 'HEAD', 'POST', 'PUT', 'PATCH', 'DELETE', 'OPTIONS']);

/** The answers to the requests of one route and method. */
export class AnswerMeter {
  /** By status. 0: the client left, or the connection was cut, before there was one. */
  readonly counts = new Map<number, number>();
  /** Of answers that were sent completely. */
  readonly seconds = new Histogram(ANSWER_SECONDS);
  hasTimes = false;

  count(status: number): void {
    this.counts.set(status, (this.counts.get(status) ?? 0) + 1);
  }

  time(seconds: number): void {
    this.hasTimes = true;
    this.seconds.observe(seconds);
  }
}

/** The answers of one wire, by route and method. There are as many as the code has routes. */
export class AnswerMeters {
  readonly #routes = new Map<string, Map<string, AnswerMeter>>();

  /** @param route a pattern such as `/stream/:id`, never a path */
  of(route: string, method: string): AnswerMeter {
    let methods = this.#routes.get(route);
    if (methods === undefined) {
      methods = new Map();
      this.#routes.set(route, methods);
    }
    const known = METHODS.has(method) ? method : 'other';
    let meter = methods.get(known);
    if (meter === undefined) {
      meter = new AnswerMeter();
      methods.set(known, meter);
    }
    return meter;
  }

  *all(): Generator<readonly [route: string, method: string, meter: AnswerMeter], void> {
    for (const [route, methods] of this.#routes)
      for (const [method, meter] of methods) yield [route, method, meter];
  }
}
