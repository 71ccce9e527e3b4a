/** Tokens may protect what is stored: no other user of the machine reads it from the disk. */
export const PRIVATE_FILE = 0o600;
export const PRIVATE_DIRECTORY = 0o700;
