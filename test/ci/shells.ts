import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** How a system runs the commands of a step. */
export interface CiShell {
  readonly name: string;
  /** The command line, given the commands and a file for them. */
  readonly argv: (commands: readonly string[], file: string) => readonly string[];
}

function inFile(name: string, words: readonly string[], wrap = (text: string): string => text): CiShell {
  return {
    name,
    argv: (commands, file) => {
      writeFileSync(file, wrap(`${commands.join('\n')}\n`));
      return [...words, file];
    },
  };
}

/** https://docs.github.com/actions/reference/workflows-and-actions/workflow-syntax#jobsjob_idstepsshell */
export const GITHUB: readonly CiShell[] = [
  inFile('bash -e {0}', ['bash', '-e']),
  inFile('bash --noprofile --norc -eo pipefail {0}', ['bash', '--noprofile', '--norc', '-eo', 'pipefail']),
];

/** The script that a runner makes: it has no input. */
function gitlabScript(text: string, evaluate: (quoted: string) => string): string {
  const quoted = `'${text.replaceAll("'", `'\\''`)}'`;
  return [
    'if set -o | grep pipefail > /dev/null; then set -o pipefail; fi; set -o errexit',
    'set +o noclobber',
    `: | ${evaluate(`eval ${quoted}`)}`,
    'exit 0\n',
  ].join('\n');
}

/** As it is without `FF_USE_NEW_BASH_EVAL_STRATEGY`: the exit code of a job is 1, whatever that of its command is. */
export const GITLAB_OLD_BASH: CiShell = inFile('bash of GitLab without the flag', ['bash'], (text) =>
  gitlabScript(text, (evaluation) => evaluation),
);

export const GITLAB: readonly CiShell[] = [
  inFile('bash of GitLab', ['bash'], (text) => gitlabScript(text, (evaluation) => `(${evaluation})`)),
  inFile('sh of GitLab', ['dash'], (text) => gitlabScript(text, (evaluation) => evaluation)),
];

export const BUILDKITE: CiShell = {
  name: '/bin/bash -e -c',
  argv: (commands) => ['/bin/bash', '-e', '-c', commands.join('\n')],
};

export const JENKINS: CiShell = inFile('sh -xe', ['sh', '-xe']);

export const PLAIN: CiShell = inFile('sh', ['sh']);

/** What has become of a step. */
export interface RanStep {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs the commands of a step in a directory, without a terminal and with an empty input, as CI systems do. */
export async function runStep(
  shell: CiShell,
  commands: readonly string[],
  { directory, env }: { readonly directory: string; readonly env: Readonly<Record<string, string>> },
): Promise<RanStep> {
  const [file = '', ...args] = shell.argv(commands, join(directory, 'step.sh'));
  const child = spawn(file, args, { cwd: directory, env, stdio: ['ignore', 'pipe', 'pipe'] });
  const [stdout, stderr]: Buffer[][] = [[], []];
  child.stdout.on('data', (bytes: Buffer) => stdout?.push(bytes));
  child.stderr.on('data', (bytes: Buffer) => stderr?.push(bytes));
  const [code] = await once(child, 'close');
  const textOf = (pieces: readonly Buffer[] = []): string => Buffer.concat(pieces).toString();
  return { code, stdout: textOf(stdout), stderr: textOf(stderr) };
}
