import { join } from 'node:path';

/** The paths below the store's directory. They have generations and never an id: no byte of a client's ID reaches the file system. */
export class Layout {
  readonly facts: string;
  readonly logs: string;
  /** Where a start moves the bytes that it cuts off. */
  readonly cut: string;
  readonly lock: string;
  /** Written to check that the disk is not full. */
  readonly probe: string;
  /** Exists while no process uses the store, if the last one stopped gracefully. */
  readonly cleanShutdown: string;
  /** The lengths of the logs of attached producers. */
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

  /** The command that brings back the streams that the facts do not know. */
  get recoverCommand(): string {
    return `"loom recover --store file:${this.directory.replaceAll('%', '%25')}"`;
  }

  /** One of 256 folders, with 4,000 files each for a million logs. Named by the random end: the time would put a day into one folder. */
  shardOf(generation: string): string {
    return join(this.logs, generation.slice(-2));
  }

  /** Whether a folder beside the journal is a shard. A file system of its own has others there, such as `lost+found`. */
  isShard(name: string): boolean {
    return /^[\da-f]{2}$/.test(name);
  }

  logOf(generation: string): string {
    return join(this.shardOf(generation), `${generation}.log`);
  }

  /** When the log's bytes were stored. */
  timesOf(generation: string): string {
    return join(this.shardOf(generation), `${generation}.times`);
  }

  /** Where the lines of a sealed log are. */
  linesOf(generation: string): string {
    return join(this.shardOf(generation), `${generation}.lines`);
  }

  /** Where that is written before it gets its name. */
  newLinesOf(generation: string): string {
    return `${this.linesOf(generation)}.new`;
  }

  /** All files that a log may have beside its bytes. */
  sidecarsOf(generation: string): readonly string[] {
    return [this.timesOf(generation), this.linesOf(generation), this.newLinesOf(generation)];
  }

  /** A file of the journal, from which logs can be brought back without the facts. */
  journalOf(number: number): string {
    return join(this.logs, `facts-${String(number).padStart(8, '0')}.jsonl`);
  }

  journalNumberOf(fileName: string): number | undefined {
    const digits = /^facts-(\d{8,15})\.jsonl$/.exec(fileName)?.[1];
    return digits === undefined ? undefined : Number(digits);
  }

  /** Where a start may move the bytes from `from` on. Earlier starts may have taken the first names. */
  *cutsOf(generation: string, from: number): Generator<string> {
    const first = join(this.cut, `${generation}-${from}`);
    yield first;
    for (let number = 2; ; number += 1) yield `${first}.${number}`;
  }

  /** The generation of a log's file in a shard, or of one beside it; `undefined` if the file is not one of the store's. */
  generationOf(fileName: string): { readonly generation: string; readonly isLog: boolean } | undefined {
    const [, generation, kind] = /^([0-9a-f-]{36})\.(log|times|lines|lines\.new)$/.exec(fileName) ?? [];
    return generation === undefined ? undefined : { generation, isLog: kind === 'log' };
  }
}
