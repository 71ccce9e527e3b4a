/** An invalid command line of `stream`: exit code 2, and a hint to the help. */
export class UsageError extends Error {
  /** @param help the command line that prints the help */
  constructor(
    message: string,
    readonly help = 'stream --help',
  ) {
    super(message);
    this.name = 'UsageError';
  }
}
