/** A setting that the server cannot start with. The message names the file, variable or flag, the key, and what is allowed. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** A command line that makes no sense. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}
