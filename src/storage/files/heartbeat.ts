import { type FileHandle, open } from 'node:fs/promises';
import { PRIVATE_FILE } from './file-io';

/** How long after an append it is written down that the process still runs. */
const BEAT_MS = 20;
/** Kernels stamp files by a clock that goes in steps, of 10 ms at the most. */
const COARSE_MS = 12;

/**
 * Writes into a file that the process still runs, soon after each append of an attached producer. A process that is killed loses nothing
 * that it wrote, so after it a log has all of its bytes if its file was last changed before the last beat: by nobody else since.
 */
export class Heartbeat {
  #timer: NodeJS.Timeout | undefined;
  #beat: Promise<void> = Promise.resolve();

  private constructor(private readonly file: FileHandle | undefined) {}

  /** Where there is no room for the file there are no beats, and a start takes nothing for certain. */
  static async begin(path: string): Promise<Heartbeat> {
    const heartbeat = new Heartbeat(await open(path, 'w', PRIVATE_FILE).catch(() => undefined));
    await heartbeat.#write();
    return heartbeat;
  }

  /** A log was written to. */
  stir(): void {
    this.#timer ??= setTimeout(() => {
      this.#timer = undefined;
      this.#beat = this.#beat.then(() => this.#write());
    }, BEAT_MS).unref();
  }

  async close(): Promise<void> {
    clearTimeout(this.#timer);
    await this.#beat;
    await this.#write();
    await this.file?.close();
  }

  async #write(): Promise<void> {
    await this.file?.write(String(Date.now()), 0).catch(() => {});
  }
}

/**
 * Files that were last changed (`ctime`) before this moment were changed by nobody after the process that beat. 0 where that is not known.
 * Both the time in the file and that of the file count: a copy of it is younger, and the clock may have been set.
 */
export async function lastBeat(path: string): Promise<number> {
  try {
    const file = await open(path, 'r');
    try {
      const [{ ctimeMs }, text] = [await file.stat(), await file.readFile('latin1')];
      const moment = /^\d{13}$/.test(text) ? Math.min(Number(text), ctimeMs) - COARSE_MS : 0;
      return moment < Date.now() ? moment : 0;
    } finally {
      await file.close();
    }
  } catch {
    return 0;
  }
}
