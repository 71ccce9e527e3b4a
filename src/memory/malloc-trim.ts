/** The part of `koffi` that this file uses. The package is optional: without it, `trimMalloc` does nothing. */
interface Koffi {
  load(library: string): { func(signature: string): Trim };
}

interface Trim {
  /** Runs in another thread. */
  async(pad: number, done: (error: unknown, wasReturned: number) => void): void;
}

let trim: Trim | undefined;
let isLoaded = false;

/**
 * Returns the C library's free memory (malloc_trim(3)). glibc itself returns only the free end of its heap: a few small allocations
 * there can retain hundreds of MiB. Does nothing without glibc.
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
    // Not installed, no binary for this platform, or another C library. The process then keeps its free memory.
    return undefined;
  }
}
