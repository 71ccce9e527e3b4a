import { randomUUID } from 'node:crypto';
import { setMaxListeners } from 'node:events';
import { setTimeout as delay } from 'node:timers/promises';
import { Producer, request } from '../support/http';
import type { Checker, History } from './checker';
import { eventually } from './eventually';
import { followOverHttp } from './following';
import { produceByPatches } from './patching';
import type { Random } from './random';
import { StreamProcess } from './stream-process';

const PIECE_BYTES_MAX = 20_000;
const PAUSE_MS_MAX = 10;
const PATCH_BYTES_MAX = 200_000;
const WATCH_EVERY_MS = 25;

export interface LoadOptions {
  readonly checker: Checker;
  readonly random: Random;
  /** Where to produce. Asked for anew with each request; the command line asks once. */
  readonly url: () => string;
  /** Where to consume; the same if not given. */
  readonly consumerUrl?: () => string;
}

/**
 * The clients during a fault: producers that write until `finish`, readers that begin with them, and a watcher of the lengths of the
 * streams.
 */
export class Load {
  readonly #work: Promise<void>[] = [];
  readonly #processes: StreamProcess[] = [];
  readonly #watching = new AbortController();
  readonly #over = new AbortController();
  #isEnding = false;

  constructor(private readonly options: LoadOptions) {
    setMaxListeners(0, this.#over.signal);
  }

  /** `bin/stream`, fed until the end; read over HTTP from the start, and by `stream follow`. */
  pipe(): void {
    const history = this.#newStream('pipe');
    this.#do(this.#pipe(history));
    this.#do(this.#readOverHttp(history));
    this.#do(this.#readByCommand(history));
    this.#do(this.#watch(history));
  }

  /** `bin/stream`, with a few bytes and the end right after them. */
  shout(): void {
    const history = this.#newStream('shout');
    this.#do(this.#send(history, this.options.random.between(0, 2 * PIECE_BYTES_MAX)));
    this.#do(this.#readOverHttp(history));
  }

  /** PATCHes over plain HTTP, `bytes` in all. */
  patch(bytes: number): void {
    const history = this.#newStream('patch');
    const { url, random } = this.options;
    const size = (): number => random.between(1, PATCH_BYTES_MAX);
    this.#do(produceByPatches(url, history, bytes, size, this.#over.signal));
    this.#do(this.#readOverHttp(history));
  }

  /** One POST of `bytes`, as fast as the server reads them; nothing may break it off. */
  flood(bytes: number): void {
    const history = this.#newStream('flood');
    this.#do(this.#flood(history, bytes));
    this.#do(this.#readOverHttp(history));
  }

  /** Lets producers end, and resolves once all clients are done. @throws what any of them threw */
  async finish(): Promise<void> {
    this.#isEnding = true;
    await Promise.all(this.#work);
    this.#watching.abort();
  }

  /** Leaves nothing behind, also when the test has failed. */
  abandon(): void {
    this.#isEnding = true;
    this.#over.abort();
    this.#watching.abort();
    for (const process of this.#processes) process.kill();
  }

  #do(work: Promise<void>): void {
    work.catch(() => {
      // `finish` throws it, unless the test has failed before.
    });
    this.#work.push(work);
  }

  #newStream(kind: string): History {
    return this.options.checker.stream(`${kind}-${randomUUID()}`);
  }

  #command(args: readonly string[]): StreamProcess {
    const process = new StreamProcess(args);
    this.#processes.push(process);
    return process;
  }

  async #pipe(history: History): Promise<void> {
    const { random, url } = this.options;
    const producer = this.#command([url(), history.id]);
    for (let at = 0; !this.#isEnding; ) {
      const to = at + random.between(1, PIECE_BYTES_MAX);
      history.written(to);
      await producer.write(history.source.bytes(at, to));
      at = to;
      await delay(random.between(0, PAUSE_MS_MAX));
    }
    await this.#end(producer, history);
  }

  async #send(history: History, bytes: number): Promise<void> {
    const producer = this.#command([this.options.url(), history.id]);
    history.written(bytes);
    await producer.write(history.source.bytes(0, bytes));
    await this.#end(producer, history);
  }

  async #flood(history: History, bytes: number): Promise<void> {
    const producer = new Producer(`${this.options.url()}/stream/${history.id}`);
    this.#over.signal.addEventListener('abort', () => producer.destroy());
    history.written(bytes);
    for (const piece of history.source.pieces(0, bytes, () => 256 * 1024)) await producer.write(piece);
    const { status } = await producer.end();
    if (status !== 201) throw new Error(`the POST was answered ${status}`);
    history.completed();
  }

  async #end(producer: StreamProcess, history: History): Promise<void> {
    producer.stdin.end();
    const code = await producer.exited;
    if (code !== 0) throw new Error(`bin/stream exited with ${code}: ${producer.stderr}`);
    history.completed();
  }

  async #readOverHttp(history: History): Promise<void> {
    const from = this.options.consumerUrl ?? this.options.url;
    const url = (): string => `${from()}/stream/${history.id}`;
    await followOverHttp(url, history.reader('an HTTP reader'), this.#over.signal);
  }

  async #readByCommand(history: History): Promise<void> {
    const url = this.options.consumerUrl ?? this.options.url;
    await eventually('there is something to follow', async () => {
      this.#over.signal.throwIfAborted();
      return (await request(`${url()}/stream/${history.id}`, { method: 'HEAD' })).status === 200;
    });
    const reading = history.reader('stream follow');
    const follower = this.#command(['follow', url(), history.id]);
    follower.stdin.end();
    for await (const bytes of follower.stdout) reading.took(bytes);
    const code = await follower.exited;
    if (code !== 0) throw new Error(`stream follow exited with ${code}: ${follower.stderr}`);
  }

  async #watch(history: History): Promise<void> {
    const url = this.options.consumerUrl ?? this.options.url;
    while (!this.#isEnding) {
      const answered = history.asked();
      await request(`${url()}/stream/${history.id}`, { method: 'HEAD' }).then(
        ({ status, headers }) => status === 200 && answered(Number(headers['upload-offset'])),
        () => {
          // The server is down.
        },
      );
      await delay(WATCH_EVERY_MS);
    }
  }
}
