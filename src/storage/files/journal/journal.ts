import { constants } from 'node:fs';
import { unlink } from 'node:fs/promises';
import { catchLogError, messageOf } from '../../../core/log/errors';
import type { Warn } from '../../../core/store/warnings';
import { isDiskFull } from '../../../lmdb/failures';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { fileFingerprint } from '../disk/file-identity';
import { closeFile, openFile, truncateFile, writeAll } from '../disk/file-io';
import type { Layout } from '../disk/layout';
import { lockIfPossible } from '../disk/locked-file';
import type { FactsDatabase } from '../facts/facts-database';
import type { FactsReserve } from '../facts/facts-reserve';
import { factsEntry, formatEntry, type JournalEntry } from './journal-entry';
import { lastEntryPerLog, listSegments, readSegment, type Segment } from './journal-segments';

const SEGMENT_BYTES = 16 << 20;
/** How many bytes the journal may have beyond a few times those of the facts. */
const SPARE_BYTES = 64 << 20;
const SPARE_SEGMENTS = 64;
/** How many logs get a new line in one write. */
const BATCH = 256;
/** How many of the newest logs a start checks for a line. */
const NEWEST = 1_024;

interface JournalContext {
  readonly layout: Layout;
  readonly facts: FactsDatabase;
  readonly reserve: FactsReserve;
  readonly warn: Warn;
}

/**
 * A second copy of the facts, beside the bytes: lines in append-only files, from which logs are brought back when the facts are lost. A
 * log gets a line when it is created, when its metadata changes, when it ends and when it is removed. An append writes none. Lines that
 * come together share a write.
 *
 * Each start begins a new file, whose number the facts store first: facts without the newest number are older than the logs. When there
 * is too much, the oldest file is removed; its logs that still exist get a new line.
 */
export class Journal {
  #entries: JournalEntry[] = [];
  #next: Promise<boolean> | undefined;
  #writing: Promise<boolean> = Promise.resolve(true);
  #collecting: Promise<void> | undefined;
  #isClosed = false;
  #fd: number | undefined;
  #bytes = 0;
  /** Logs whose lines could not be written. The next write has them. */
  #missed = new Set<string>();
  #failure: unknown;
  /** Logs whose files are being created. */
  readonly #making = new Set<string>();

  private constructor(
    private readonly context: JournalContext,
    /** The complete segments, the oldest first. */
    private readonly segments: Segment[],
    private number: number,
  ) {}

  static async open(context: JournalContext): Promise<Journal> {
    const { facts, layout } = context;
    const segments = [...(await listSegments(layout))];
    const newest = segments.at(-1)?.number ?? 0;
    const journal = new Journal(context, segments, Math.max(facts.storeMeta.journalNumber, newest));
    const isWhole = facts.storeMeta.isJournaled && newest === facts.storeMeta.journalNumber;
    try {
      await journal.#begin();
      if (isWhole) await journal.#writeMissing();
      else await journal.#writeAll();
    } catch (error) {
      // The store opens on a full disk: the next write tries again.
      if (!isDiskFull(error)) {
        await journal.close();
        throw error;
      }
    }
    return journal;
  }

  /** The error of the last write, if it failed. */
  get failure(): unknown {
    return this.#failure;
  }

  /** @returns whether the line is written and so survives the process */
  append(entry: JournalEntry): Promise<boolean> {
    if (entry.kind === 'making') this.#making.add(entry.generation);
    else this.#making.delete(entry.generation);
    this.#entries.push(entry);
    this.#next ??= this.#flush();
    return this.#next;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    await this.#collecting;
    await this.#next;
    await this.#writing;
    if (this.#fd !== undefined) await closeFile(this.#fd);
  }

  async #flush(): Promise<boolean> {
    await this.#writing;
    const entries = this.#entries;
    this.#entries = [];
    this.#next = undefined;
    this.#writing = this.#write(entries);
    return this.#writing;
  }

  /** Never throws. */
  async #write(entries: readonly JournalEntry[]): Promise<boolean> {
    try {
      const fd = this.#bytes >= SEGMENT_BYTES ? await this.#begin() : (this.#fd ?? (await this.#begin()));
      const missed = [...this.#missed].map((generation) => this.#entryOf(generation));
      const lines = [...missed, ...entries].filter((entry) => entry !== undefined).map(formatEntry);
      const bytes = Buffer.from(lines.join(''));
      await writeAll(fd, [bytes], this.#bytes);
      this.#bytes += bytes.length;
      this.#missed.clear();
      this.#failure = undefined;
      return true;
    } catch (error) {
      // Producers get the error of a full disk themselves, and the next write has the missed lines.
      const isNews = this.#failure === undefined && !isDiskFull(error);
      if (isNews) this.context.warn(`Writing the journal of streams failed: ${messageOf(error)}`, { error });
      this.#failure = error;
      for (const { generation } of entries) this.#missed.add(generation);
      if (this.#fd !== undefined) await truncateFile(this.#fd, this.#bytes).catch(() => {});
      return false;
    }
  }

  async #begin(): Promise<number> {
    const { facts, reserve } = this.context;
    await reserve.write('change', () => facts.storeMeta.noteJournal(this.number + 1));
    // A power cut must not make the facts older than the file.
    await facts.synced();
    if (this.#fd !== undefined) {
      await closeFile(this.#fd);
      this.segments.push({ number: this.number, bytes: this.#bytes });
    }
    this.number += 1;
    this.#fd = undefined;
    this.#bytes = 0;
    const fd = await this.#open();
    this.#fd = fd;
    const file = await fileFingerprint(this.context.layout.journalOf(this.number));
    await reserve.write('change', () => facts.storeMeta.noteJournalFile(file));
    this.#collectIfLarge();
    return fd;
  }

  /** Locked, so that no other process opens the store even if `loom.lock` and the facts were moved away (`DirectoryLock`). */
  async #open(): Promise<number> {
    const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_TRUNC;
    const fd = await openFile(this.context.layout.journalOf(this.number), flags, PRIVATE_FILE);
    lockIfPossible(fd);
    return fd;
  }

  /** For logs from before there was a journal, or whose part of it was removed. */
  async #writeAll(): Promise<void> {
    const { facts, reserve } = this.context;
    for await (const batch of facts.oldestFirst(BATCH)) {
      const written = await Promise.all(batch.map(({ generation }) => this.#rewrite(generation)));
      if (written.includes(false)) return;
    }
    await reserve.write('change', () => facts.storeMeta.noteJournaled());
  }

  /** For logs whose facts were stored, but not their lines, when the process was killed. They are among the newest. */
  async #writeMissing(): Promise<void> {
    const { facts, layout } = this.context;
    const lines = await lastEntryPerLog(layout, this.segments.slice(-2));
    const unfinished = [...lines.values()].filter(({ kind }) => kind === 'making');
    const newest = facts.newestFirst(undefined, NEWEST).filter((log) => lines.get(log)?.kind !== 'facts');
    const missing = new Set([...unfinished.map(({ generation }) => generation), ...newest]);
    await Promise.all([...missing].map((generation) => this.#rewrite(generation)));
  }

  #collectIfLarge(): void {
    if (this.#isClosed || this.#collecting !== undefined || !this.#isLarge()) return;
    this.#collecting = this.#collect().finally(() => {
      this.#collecting = undefined;
    });
  }

  #isLarge(): boolean {
    const bytes = this.segments.reduce((sum, segment) => sum + segment.bytes, 0);
    const isFull = bytes > SPARE_BYTES + 4 * this.context.facts.bytesUsed;
    return isFull || this.segments.length > SPARE_SEGMENTS + (2 * bytes) / SEGMENT_BYTES;
  }

  async #collect(): Promise<void> {
    const { layout, warn } = this.context;
    try {
      while (this.#isLarge()) {
        const [oldest] = this.segments;
        if (oldest === undefined || !(await this.#rewriteAll(oldest))) return;
        await unlink(layout.journalOf(oldest.number));
        this.segments.shift();
      }
    } catch (error) {
      warn(`Shortening the journal of streams failed: ${messageOf(error)}`, { error });
    }
  }

  /** @returns whether every log of a segment that still exists has a new line */
  async #rewriteAll(segment: Segment): Promise<boolean> {
    let batch: Promise<boolean>[] = [];
    for await (const entry of readSegment(this.context.layout, segment)) {
      batch.push(this.#rewrite(entry.generation, entry));
      if (batch.length < BATCH) continue;
      if (this.#isClosed || (await Promise.all(batch)).includes(false)) return false;
      batch = [];
    }
    return !(await Promise.all(batch)).includes(false);
  }

  /** Writes a new line for a log that still exists. @param found its present line */
  async #rewrite(generation: string, found?: JournalEntry): Promise<boolean> {
    const entry = this.#entryOf(generation, found);
    return entry === undefined || entry.kind === 'gone' || this.append(entry);
  }

  #entryOf(generation: string, found?: JournalEntry): JournalEntry | undefined {
    const gone = { kind: 'gone', generation } as const;
    if (this.#making.has(generation)) return { kind: 'making', generation };
    const stored = (): JournalEntry => {
      const facts = this.context.facts.get(generation);
      return facts === undefined ? gone : factsEntry(facts);
    };
    // If the record cannot be read, the journal's entry may be all that is left.
    return catchLogError('STORE_DAMAGED', stored, () => found);
  }
}
