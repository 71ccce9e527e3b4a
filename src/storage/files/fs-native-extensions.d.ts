declare module 'fs-native-extensions' {
  /**
   * Locks the whole file for this open file description. Linux: an OFD lock; macOS: `flock`. @returns false when another open file has
   * the lock
   */
  export function tryLock(fd: number): boolean;
}
