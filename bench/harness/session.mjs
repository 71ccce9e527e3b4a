import { resetPeak, usageOf } from './usage.mjs';

const NOTHING = { cpu: 0, rss: 0, peak: 0 };
let serial = 0;

/** A target that runs, and the meter that counts what its processes use. */
export class Session {
  #began = { app: NOTHING, redis: NOTHING, at: 0 };

  /** @param target see targets/README.md. @param server what its `start` returned */
  constructor(target, server, sizes) {
    this.target = target;
    this.server = server;
    this.sizes = sizes;
    /** The stream of bulk bytes that is there to be replayed, once a workload has stored it. */
    this.bulkId = undefined;
    /** From its start until it accepted connections, with the Redis that it needs. */
    this.startSeconds = Number.NaN;
  }

  /** What the load generator has to know of the target, whatever the workload. */
  get wire() {
    const { style, publish, subscribe, scan, wireOptions } = this.target;
    const { port, readPort, certificate } = this.server;
    const ports = { port, readport: readPort, tls: certificate };
    return { ...ports, style, pub: publish, sub: subscribe, scan, ...wireOptions };
  }

  /** Whether a tail's response ends with its producer. */
  get endsReaders() {
    return this.target.endsReaders !== false;
  }

  /**
   * Streams are made where the target needs that.
   * @returns a new prefix for ids, to which the load generator adds the stream's number; or, where the server names what is made, the
   * names, each with a comma after it
   */
  async newStreams(prefix, count = 1, create = this.target.create) {
    serial += 1;
    const id = `${prefix.toLowerCase()}r${process.pid % 1000}x${serial}-`;
    const names = [];
    for (let stream = 0; create && stream < count; stream++) {
      names.push(await create(this.server, `${id}${stream}`));
    }
    return names[0] === undefined ? id : names.map((name) => `${name},`).join('');
  }

  /** What is used from here on counts. */
  begin() {
    resetPeak([...this.server.pids, ...this.#redisPids]);
    this.#began = this.now();
  }

  now() {
    return { app: usageOf(this.server.pids), redis: usageOf(this.#redisPids), at: performance.now() };
  }

  /** CPU seconds since `begin`, the peaks in MiB, and how long it took. */
  spent(until = this.now()) {
    return {
      cpuApp: until.app.cpu - this.#began.app.cpu,
      cpuRedis: until.redis.cpu - this.#began.redis.cpu,
      peakApp: until.app.peak,
      peakRedis: until.redis.peak,
      seconds: (until.at - this.#began.at) / 1000,
    };
  }

  get #redisPids() {
    const pid = this.server.redis?.pid;
    return pid === undefined ? [] : [pid];
  }
}
