import { type FSWatcher, watch } from 'node:fs';
import { dirname } from 'node:path';
import { pause } from '../../core/scheduling/pause';
import { readStamp } from './file-stamps';

/** How often the files are looked at even if the kernel reports nothing: on some mounts, such as of a network, it never does. */
const LOOK_EVERY_MS = 500;

/** Reports of a busy directory, such as /tmp, are looked into together. */
const REPORTS_MS = 50;

/** A file that has not changed for so long is complete. An editor removes it, or empties it, before it writes it anew. */
const QUIET_MS = 100;

/** Files that are written to all the time are read nevertheless. */
const QUIET_LOOKS_MAX = 4;

/**
 * Calls `onChange` at once, and then each time that files have changed, within a second.
 * @param paths files, and directories whose files are meant
 * @returns a function that stops it
 */
export function watchFiles(paths: readonly string[], onChange: () => void): () => void {
  const stopping = new AbortController();
  const woken = new Wake();
  const watchers = directoriesOf(paths).flatMap((directory) => reportsOf(directory, () => woken.call()));
  void lookUntilStopped(paths, onChange, woken, stopping.signal);
  return () => {
    stopping.abort();
    woken.call();
    for (const watcher of watchers) watcher.close();
  };
}

async function lookUntilStopped(
  paths: readonly string[],
  onChange: () => void,
  woken: Wake,
  stopping: AbortSignal,
): Promise<void> {
  let known: string | undefined;
  while (!stopping.aborted) {
    const seen = await readStamp(paths);
    if (seen !== known) {
      known = known === undefined ? seen : await settledStamp(paths, seen, stopping);
      if (stopping.aborted) return;
      onChange();
    }
    await woken.wait(LOOK_EVERY_MS);
    await pause(REPORTS_MS, stopping, { ref: false });
  }
}

/** @returns the stamp once it stays the same */
async function settledStamp(paths: readonly string[], first: string, stopping: AbortSignal): Promise<string> {
  let last = first;
  for (let looks = 0; looks < QUIET_LOOKS_MAX; looks += 1) {
    await pause(QUIET_MS, stopping);
    const seen = await readStamp(paths);
    if (seen === last) break;
    last = seen;
  }
  return last;
}

/** The directory of a file sees it replaced; a watch of the file itself would stay at the old one. */
function directoriesOf(paths: readonly string[]): readonly string[] {
  return [...new Set(paths.flatMap((path) => [path, dirname(path)]))];
}

/** @returns nothing where the kernel cannot watch: the looks remain */
function reportsOf(path: string, report: () => void): readonly FSWatcher[] {
  try {
    const watcher = watch(path, { persistent: false }, report);
    return [watcher.on('error', () => watcher.close())];
  } catch {
    return [];
  }
}

/** Ends a wait early. A call between two waits ends the next one. */
class Wake {
  #isCalled = false;
  #end: () => void = () => {};

  call(): void {
    this.#isCalled = true;
    this.#end();
  }

  /** The timer does not keep the process running. */
  async wait(ms: number): Promise<void> {
    if (!this.#isCalled) {
      await new Promise<void>((resolve) => {
        this.#end = resolve;
        setTimeout(resolve, ms).unref();
      });
    }
    this.#isCalled = false;
  }
}
