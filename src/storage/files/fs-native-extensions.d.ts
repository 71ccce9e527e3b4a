declare module 'fs-native-extensions' {
  /** Locks the whole file for this open file description. Linux: an OFD lock; macOS: `flock`. @returns whether nobody else has it */
  export function tryLock(fd: number): boolean;
}
