import { execFile, execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import path from 'node:path';
import { promisify } from 'node:util';

export const REPOSITORY = path.join(__dirname, '../..');
export const PACKAGE = 'loom-streams';

/** The entry for producers and consumers. */
export const CLIENT = `${PACKAGE}/client`;

/** A folder with nothing but the unpacked tarball of this package in its `node_modules`. Needs `npm run build`. */
export class EmptyProject {
  readonly folder = mkdtempSync(path.join(tmpdir(), 'loom-package-'));
  readonly tarball: string;

  constructor() {
    // Without scripts: `prepare` would build anew, under the feet of other tests.
    const packed = execFileSync(
      'npm',
      ['pack', '--silent', '--ignore-scripts', '--pack-destination', this.folder],
      {
        cwd: REPOSITORY,
        encoding: 'utf8',
      },
    );
    this.tarball = path.join(this.folder, packed.trim());
    this.write('package.json', '{ "name": "empty", "private": true }\n');
  }

  /** Puts the tarball where an installation without dependencies would. */
  unpack(): void {
    const target = this.path('node_modules', PACKAGE);
    mkdirSync(target, { recursive: true });
    execFileSync('tar', ['-xzf', this.tarball, '-C', target, '--strip-components=1']);
  }

  path(...parts: readonly string[]): string {
    return path.join(this.folder, ...parts);
  }

  write(name: string, content: string): string {
    const file = this.path(name);
    mkdirSync(path.dirname(file), { recursive: true });
    writeFileSync(file, content);
    return file;
  }

  /** Runs a program in the folder. @returns its standard output @throws with all output if it fails */
  async run(command: string, ...args: readonly string[]): Promise<string> {
    const env = Object.fromEntries(
      Object.entries(process.env).filter(([name]) => !/^(npm|LOOM|NODE)_/.test(name)),
    );
    try {
      const { stdout } = await promisify(execFile)(command, args, { cwd: this.folder, env });
      return stdout;
    } catch (error) {
      const { stdout = '', stderr = '' } = error as { stdout?: string; stderr?: string };
      throw new Error(`${command} ${args.join(' ')} failed:\n${stdout}${stderr}`, { cause: error });
    }
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }
}

/** An empty project for all tests of the file. */
export function withEmptyProject(): EmptyProject {
  const project = new EmptyProject();
  afterAll(() => project.remove());
  return project;
}

/** A script of a development dependency of the repository. */
export function toolOf(name: string, script: string): string {
  return path.join(REPOSITORY, 'node_modules', name, script);
}
