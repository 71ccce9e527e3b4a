import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../support/free-port';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { blocksOf, commandsIn } from './document';
import { BUILDKITE, type CiShell, GITHUB, GITLAB, GITLAB_OLD_BASH, JENKINS, PLAIN, runStep } from './shells';
import { PRINTED, Workspace } from './workspace';

/** One recipe of the page, as its system runs it. */
interface Recipe {
  readonly shell: CiShell;
  readonly build: readonly string[];
  /** What comes after the build, if anything. */
  readonly digest?: readonly string[];
  readonly env: Readonly<Record<string, string>>;
  readonly id: RegExp;
  /** The exit code of the step if that of the build is 2. Default: 2. */
  readonly red?: number;
}

const GITHUB_ENV = { GITHUB_RUN_ID: '4711', GITHUB_RUN_ATTEMPT: '1' };
const TEMPLATE = readFileSync(join(__dirname, '../../ci/gitlab.yml'), 'utf8');

function github(): Recipe[] {
  const [build = [], digest = []] = commandsIn(blocksOf('GitHub Actions')[0] ?? '', 'run');
  return GITHUB.map((shell) => ({ shell, build, digest, env: GITHUB_ENV, id: /^github-4711-1$/ }));
}

function gitlab(): Recipe[] {
  const [block = '', template = ''] = blocksOf('GitLab CI');
  const of = (yaml: string, key: string) => commandsIn(yaml, key)[0] ?? [];
  const env = { CI_JOB_ID: '42', LOOM_ID: 'gitlab-42', LOOM_GIVE_UP_AFTER: '2m' };
  const scripts = [
    { build: of(block, 'script'), digest: of(block, 'after_script') },
    {
      build: [...of(TEMPLATE, 'before_script'), ...of(template, 'script')],
      digest: of(TEMPLATE, 'after_script'),
    },
  ];
  const recipes = [...GITLAB, GITLAB_OLD_BASH].flatMap((shell) =>
    scripts.map((script) => ({ shell, ...script, env, id: /^gitlab-42$/ })),
  );
  return recipes.map((recipe) => (recipe.shell === GITLAB_OLD_BASH ? { ...recipe, red: 1 } : recipe));
}

/** The agent replaces variables with one dollar sign before there is a job. */
function buildkite(): Recipe[] {
  const [block = '', hook = ''] = blocksOf('Buildkite');
  const build = (commandsIn(block, 'command')[0] ?? []).map((command) =>
    command.replaceAll(/\$(\$?)/g, (_, second) => (second === '' ? 'NOT-KNOWN-YET' : '$')),
  );
  const env = { BUILDKITE_JOB_ID: '0193-ab' };
  return [{ shell: BUILDKITE, build, digest: [hook.trim()], env, id: /^buildkite-0193-ab$/ }];
}

function jenkins(): Recipe[] {
  const [build = '', digest = ''] = [...(blocksOf('Jenkins')[0] ?? '').matchAll(/^\s*sh '(.*)'$/gm)].map(
    ([, command = '']) => command,
  );
  const env = { BUILD_TAG: 'jenkins-folder-job-7' };
  return [{ shell: JENKINS, build: [build], digest: [digest], env, id: /^jenkins-folder-job-7$/ }];
}

function script(): Recipe[] {
  return [
    { shell: PLAIN, build: blocksOf('A shell script, cron'), env: {}, id: /^nightly-\d{4}-\d\d-\d\d$/ },
  ];
}

function makefile(): Recipe[] {
  const [text = ''] = blocksOf('A Makefile');
  const write = `cat > ci.mk <<'EOF'\n${text}\ninclude Makefile\nEOF`;
  return [{ shell: PLAIN, build: [write, 'make -f ci.mk ci'], env: {}, id: /^make-\d+$/ }];
}

const RECIPES: readonly (readonly [name: string, recipe: Recipe])[] = [
  ['GitHub', github],
  ['GitLab', gitlab],
  ['Buildkite', buildkite],
  ['Jenkins', jenkins],
  ['a script', script],
  ['a Makefile', makefile],
].flatMap(([name, recipes]) =>
  (recipes as () => Recipe[])().map(
    (recipe, index) => [`${String(name)} ${index + 1}, in ${recipe.shell.name}`, recipe] as const,
  ),
);

describe('a recipe for CI', () => {
  let loom: LoomProcess;
  let workspace: Workspace;
  beforeAll(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
  });
  afterAll(() => loom.stop());
  beforeEach(() => {
    workspace = new Workspace();
    workspace.write('bin/buildkite-agent', '#!/bin/sh\ncat > annotation.md\n', 0o755);
  });
  afterEach(async () => {
    workspace.remove();
    for (const { id } of await streams()) await request(`${loom.url}/stream/${id}`, { method: 'DELETE' });
  });

  const streams = async () => JSON.parse((await request(`${loom.url}/stream`)).text).streams;

  const run = ({ shell, env }: Recipe, commands: readonly string[], url: string, more = {}) =>
    runStep(shell, commands, {
      directory: workspace.directory,
      env: workspace.env(url, { ...env, GITHUB_STEP_SUMMARY: workspace.path('summary.md'), ...more }),
    });
  const onlyStream = async () => {
    const all = await streams();
    expect(all).toHaveLength(1);
    return all[0];
  };

  it.each(RECIPES)(
    '%s: a build that succeeds is green, and all of it is in the stream',
    async (_, recipe) => {
      const { code, stderr } = await run(recipe, recipe.build, loom.url);
      expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
      const stream = await onlyStream();
      expect(stream.id).toMatch(recipe.id);
      expect(stream).toMatchObject({ state: 'closed', outcome: 'complete', metadata: { exitCode: 0 } });
      const { text } = await request(`${loom.url}/stream/${stream.id}`);
      const printed = text.split('\n').filter((line) => line !== '' && !line.startsWith('make'));
      expect(printed.sort()).toEqual(PRINTED);
    },
  );

  it.each(RECIPES)(
    '%s: a build that fails is red, with its exit code, and has a digest',
    async (_, recipe) => {
      const { code } = await run(recipe, recipe.build, loom.url, { FAIL: '1' });
      expect(code).toBe(recipe.red ?? 2);
      const stream = await onlyStream();
      expect(stream).toMatchObject({ outcome: 'complete', metadata: { exitCode: 2 } });
      if (recipe.digest === undefined) return;
      expect((await run(recipe, recipe.digest, loom.url)).code).toBe(0);
      const files = ['summary.md', 'loom-digest.md', 'annotation.md'].flatMap((name) => {
        try {
          return [readFileSync(workspace.path(name), 'utf8')];
        } catch {
          return [];
        }
      });
      expect(files).toEqual([expect.stringContaining('**failed with exit code 2**')]);
      expect(files[0]).toContain(`](<${loom.url}/stream/${stream.id}>)`);
    },
  );

  it.each(RECIPES)('%s: a server that is away changes nothing of the build', async (_, recipe) => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const soon = recipe.build.map((command) => command.replaceAll('give-up-after 2m', 'give-up-after 300ms'));
    const more = { LOOM_GIVE_UP_AFTER: '300ms' };
    expect((await run(recipe, soon, away, more)).code).toBe(0);
    expect((await run(recipe, soon, away, { ...more, FAIL: '1' })).code).toBe(recipe.red ?? 2);
  });
});
