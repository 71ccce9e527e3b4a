import { statSync } from 'node:fs';
import type { CommandLine } from '../../config/command-line';
import { type Environment, readEnvironment } from '../../config/environment';
import type { Layer } from '../../config/layer';
import { ConfigError } from '../../config/startup-errors';
import type { TokenEntry } from '../../config/tokens';
import { readYamlFiles } from '../../config/yaml-files';

/** The setting `tokens` in the files that it comes from, to be read again when they change. */
export class TokenSetting {
  private constructor(
    /** The files and directories that it is read from. */
    readonly paths: readonly string[],
    private readonly readLayers: () => readonly Layer[],
    /** Whether a file has had the setting. */
    private wasGiven: boolean,
  ) {}

  /** @param atStart the tokens of the settings @returns `undefined` if it comes from no file, or from a pipe, which cannot be read twice */
  static of(
    { configs }: Pick<CommandLine, 'configs'>,
    environment: Environment,
    atStart: readonly TokenEntry[],
  ): TokenSetting | undefined {
    const { LOOM_TOKENS, LOOM_TOKENS_FILE } = environment;
    if (LOOM_TOKENS) return undefined;
    const paths = LOOM_TOKENS_FILE ? [LOOM_TOKENS_FILE] : configs;
    if (paths.length === 0 || !paths.every(isKept)) return undefined;
    const read = (): readonly Layer[] =>
      LOOM_TOKENS_FILE ? [readEnvironment({ LOOM_TOKENS_FILE })] : configs.flatMap(readYamlFiles);
    return new TokenSetting(paths, read, atStart.length > 0);
  }

  /** @throws ConfigError also if no file has the setting any more: a file that is being written is empty at first */
  read(): readonly TokenEntry[] {
    const last = this.readLayers().findLast((layer) => layer.has('tokens'));
    if (last !== undefined) this.wasGiven = true;
    else if (this.wasGiven) {
      throw new ConfigError(
        `${this.paths.join(', ')}: tokens is missing. To withdraw all tokens, write tokens: []`,
      );
    }
    // The layer holds what the check of the setting has returned.
    return (last?.get('tokens') ?? []) as readonly TokenEntry[];
  }
}

function isKept(path: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true || stats?.isDirectory() === true;
}
