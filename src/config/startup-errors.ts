/** An invalid setting. The message names the file, variable or flag, the key, and the allowed values. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
}

/** An invalid command line of `bin/loom`: exit code 2, and a hint to `--help`. */
export class CommandLineError extends Error {
  override readonly name = 'CommandLineError';
}
