/** The part of `koffi` that is used here. It is an optional package: without it nothing here has an effect. */
interface Koffi {
  load(library: string): { func(signature: string): Trim };
}

interface Trim {
  /** Runs in a thread of its own. */
  async(pad: number, done: (error: unknown, wasReturned: number) => void): void;
}

let trim: Trim | undefined;
let isLoaded = false;

/**
 * Has the C library return what is free of its heap to the system (malloc_trim(3)). By itself glibc returns only what is free at the very
 * end: a few small allocations that live on keep hundreds of MiB. Does nothing where there is no glibc.
 */
export function trimMalloc(): Promise<void> {
  if (!isLoaded) trim = load();
  isLoaded = true;
  return new Promise((resolve) => {
    if (trim === undefined) resolve();
    else trim.async(0, () => resolve());
  });
}

function load(): Trim | undefined {
  try {
    const koffi: Koffi = require('koffi');
    return koffi.load('libc.so.6').func('int malloc_trim(size_t pad)');
  } catch {
    // Not installed, no binary for this platform, or another C library: the memory stays with the process, for its next flood.
    return undefined;
  }
}
