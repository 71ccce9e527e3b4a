import { join } from 'node:path';

/**
 * Where things are below the store's directory. Paths are made of generations that the facts know, never of an id:
 * whatever a client calls its log, no byte of the name reaches the file system.
 */
export class Layout {
  readonly facts: string;
  readonly logs: string;
  /** Where bytes go that a start cuts off. */
  readonly cut: string;
  readonly lock: string;
  /** Is written to find out whether the disk has room. */
  readonly probe: string;
  /** Is there while no process uses the store, if the last one stopped in order. */
  readonly cleanShutdown: string;
  /** How long the logs of attached producers are. */
  readonly written: string;

  constructor(readonly directory: string) {
    this.facts = join(directory, 'loom.mdb');
    this.logs = join(directory, 'logs');
    this.cut = join(directory, 'cut');
    this.lock = join(directory, 'loom.lock');
    this.probe = join(directory, 'probe');
    this.cleanShutdown = join(directory, 'clean-stop');
    this.written = join(directory, 'written');
  }

  /** The command that brings streams back which the facts do not know. */
  get recoverCommand(): string {
    return `"loom recover --store file:${this.directory.replaceAll('%', '%25')}"`;
  }

  /**
   * One of 256 folders, so that a million logs are some 4,000 files in each. It is named by the random end of the generation: the
   * beginning is a time, which would put all of a day into one.
   */
  shardOf(generation: string): string {
    return join(this.logs, generation.slice(-2));
  }

  /** Whether a folder beside the journal is a shard. A disk of its own has others there, such as `lost+found`. */
  isShard(name: string): boolean {
    return /^[\da-f]{2}$/.test(name);
  }

  logOf(generation: string): string {
    return join(this.shardOf(generation), `${generation}.log`);
  }

  /** What is known of all logs, so that they can be brought back without the facts. */
  journalOf(number: number): string {
    return join(this.logs, `facts-${String(number).padStart(8, '0')}.jsonl`);
  }

  journalNumberOf(fileName: string): number | undefined {
    const digits = /^facts-(\d{8,15})\.jsonl$/.exec(fileName)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** Where bytes may go that a start cut off at `from`. The first names may be taken by earlier starts. */
  *cutsOf(generation: string, from: number): Generator<string> {
    const first = join(this.cut, `${generation}-${from}`);
    yield first;
    for (let number = 2; ; number += 1) yield `${first}.${number}`;
  }

  /** The generation that a file in a shard belongs to; `undefined` for a file that is none of the store's. */
  generationOf(fileName: string): string | undefined {
    return /^([0-9a-f-]{36})\.log$/.exec(fileName)?.[1];
  }
}
