import { cpSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { load } from 'js-yaml';
import { freePort } from '../support/free-port';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { type CiShell, GITHUB, type RanStep, runStep } from './shells';
import { PRINTED, Workspace } from './workspace';

const ROOT = join(__dirname, '../..');

interface ActionStep {
  readonly id?: string;
  readonly if?: string;
  readonly shell: string;
  readonly run: string;
  readonly env: Readonly<Record<string, string>>;
  readonly 'working-directory'?: string;
}

interface Action {
  readonly name: string;
  readonly description: string;
  readonly inputs: Readonly<Record<string, { readonly required: boolean; readonly default?: string }>>;
  readonly outputs: Readonly<Record<string, { readonly value: string }>>;
  readonly runs: { readonly using: string; readonly steps: readonly ActionStep[] };
}

const ACTION = load(readFileSync(join(ROOT, 'action.yml'), 'utf8')) as Action;

/** The keys that GitHub documents for the metadata of a composite action. */
const KEYS = {
  action: ['name', 'author', 'description', 'inputs', 'outputs', 'runs', 'branding'],
  input: ['description', 'required', 'default', 'deprecationMessage'],
  output: ['description', 'value'],
  runs: ['using', 'steps'],
  step: ['run', 'shell', 'if', 'name', 'id', 'env', 'working-directory', 'uses', 'with', 'continue-on-error'],
};

function unknownKeys(node: object, known: readonly string[]): readonly string[] {
  return Object.keys(node).filter((key) => !known.includes(key));
}

describe('action.yml', () => {
  it('has only keys that GitHub documents, and those that are required', () => {
    const { inputs, outputs, runs } = ACTION;
    expect(unknownKeys(ACTION, KEYS.action)).toEqual([]);
    for (const input of Object.values(inputs)) expect(unknownKeys(input, KEYS.input)).toEqual([]);
    for (const output of Object.values(outputs)) expect(unknownKeys(output, KEYS.output)).toEqual([]);
    expect(unknownKeys(runs, KEYS.runs)).toEqual([]);
    for (const step of runs.steps) expect(unknownKeys(step, KEYS.step)).toEqual([]);
    expect([ACTION.name, ACTION.description].map((text) => typeof text)).toEqual(['string', 'string']);
    expect(runs.using).toBe('composite');
    for (const { shell } of runs.steps) expect(shell).toBe('bash');
  });

  it('names only inputs, steps and outputs that there are, and puts none of them into a script', () => {
    const text = readFileSync(join(ROOT, 'action.yml'), 'utf8');
    const names = [...text.matchAll(/\$\{\{\s*(.*?)\s*\}\}/g)].map(([, name = '']) => name);
    expect(names.length).toBeGreaterThan(5);
    for (const name of names) {
      const [, input] = /^inputs\.([\w-]+)$/.exec(name) ?? [];
      const [, step] = /^steps\.(\w+)\.outputs\.(?:id|url)$/.exec(name) ?? [];
      if (input === undefined) expect(ACTION.runs.steps.map(({ id }) => id)).toContain(step);
      else expect(Object.keys(ACTION.inputs)).toContain(input);
    }
    for (const { run } of ACTION.runs.steps) expect(run).not.toContain('${{');
  });
});

describe('the Action', () => {
  let loom: LoomProcess;
  let workspace: Workspace;
  beforeEach(async () => {
    loom = await LoomProcess.start({ store: 'memory:' });
    workspace = new Workspace();
  });
  afterEach(async () => {
    workspace.remove();
    await loom.stop();
  });

  const read = (name: string): string => {
    try {
      return readFileSync(workspace.path(name), 'utf8');
    } catch {
      return '';
    }
  };
  const outputs = (): Record<string, string> =>
    Object.fromEntries(
      read('output')
        .split('\n')
        .map((line) => [line.slice(0, line.indexOf('=')), line.slice(line.indexOf('=') + 1)]),
    );

  /** Runs the steps as GitHub does: expressions become values of the environment, and a step with `always()` runs in any case. */
  const act = async (
    inputs: Record<string, string>,
    more: Record<string, string> = {},
  ): Promise<RanStep[]> => {
    const given = { url: loom.url, ...inputs };
    const defaults = Object.entries(ACTION.inputs).map(([name, input]) => [name, input.default ?? '']);
    const values: Record<string, string> = { ...Object.fromEntries(defaults), ...given };
    const filledIn = (text: string): string =>
      text.replaceAll(/\$\{\{ (?:inputs\.([\w-]+)|steps\.run\.outputs\.(\w+)) \}\}/g, (_, input, output) =>
        input === undefined ? (outputs()[output] ?? '') : (values[input] ?? ''),
      );
    const shell = GITHUB[1] as CiShell;
    const ran: RanStep[] = [];
    for (const step of ACTION.runs.steps) {
      if (ran.some(({ code }) => code !== 0) && step.if !== 'always()') continue;
      const env = Object.fromEntries(Object.entries(step.env).map(([name, text]) => [name, filledIn(text)]));
      const { LOOM_URL: _url, ...base } = workspace.env('');
      ran.push(
        await runStep(shell, [step.run], {
          directory: workspace.directory,
          env: {
            ...base,
            GITHUB_ACTION_PATH: ROOT,
            GITHUB_OUTPUT: workspace.path('output'),
            GITHUB_STEP_SUMMARY: workspace.path('summary.md'),
            GITHUB_REPOSITORY: 'me/project',
            GITHUB_RUN_ID: '4711',
            GITHUB_RUN_ATTEMPT: '1',
            GITHUB_JOB: 'test',
            GITHUB_REF: 'refs/heads/a"b',
            GITHUB_SHA: 'abc',
            GITHUB_SERVER_URL: 'https://github.com',
            RUNNER_TEMP: workspace.directory,
            ...more,
            ...env,
          },
        }),
      );
    }
    return ran;
  };

  it('runs the commands, streams them, and puts their digest into the summary', async () => {
    const [step] = await act({ run: 'echo "in bash: $BASH_VERSION" > /dev/null\nmake test' });
    expect([step?.code, step?.stdout]).toEqual([0, 'one\nthree\n']);
    const { id = '', url = '' } = outputs();
    expect(id).toMatch(/^github-me-project-4711-1-test-[0-9a-f]{8}$/);
    expect(url).toBe(`${loom.url}/stream/${id}`);
    const { text } = await request(`${url}?notail`);
    expect(text.trim().split('\n').sort()).toEqual(PRINTED);
    const { metadata } = JSON.parse((await request(`${url}/info`)).text);
    expect(metadata).toEqual({
      repository: 'me/project',
      ref: 'refs/heads/a"b',
      commit: 'abc',
      run: 'https://github.com/me/project/actions/runs/4711',
      exitCode: 0,
    });
    expect(read('summary.md')).toContain('**passed**');
    expect(read('summary.md')).toContain(`[open the log](<${url}>)`);
  });

  it('fails as the first command that fails, also within a pipe, with a digest', async () => {
    const ran = await act({ run: 'sh -c "echo a.c:1: error: bad; exit 5" | cat\necho never', id: 'mine' });
    expect(ran.map(({ code }) => code)).toEqual([5, 0]);
    expect((await request(`${loom.url}/stream/mine`)).text).toBe('a.c:1: error: bad\n');
    expect(read('summary.md')).toContain('**failed with exit code 5**');
    expect(read('summary.md')).toContain('> 1  a.c:1: error: bad');
  });

  it('runs the commands also if the server is away, and says so in the summary', async () => {
    const away = `http://127.0.0.1:${await freePort()}`;
    const ran = await act({ url: away, run: 'make test', id: 'mine', 'give-up-after': '300ms' });
    expect(ran.map(({ code }) => code)).toEqual([0, 0]);
    expect(read('summary.md')).toContain(`[The log](<${away}/stream/mine>) has no digest`);
  });

  it('runs the commands although its command line cannot be built', async () => {
    cpSync(join(ROOT, 'ci'), workspace.path('action/ci'), { recursive: true });
    workspace.write('bin/npm', '#!/bin/sh\necho no registry\nexit 1\n', 0o755);
    const [step, summary] = await act(
      { run: 'make test; exit 4' },
      { GITHUB_ACTION_PATH: workspace.path('action') },
    );
    expect([step?.code, summary?.code]).toEqual([4, 0]);
    expect(step?.stdout).toMatch(/^::warning::.*\none\nthree\n$/);
    expect(outputs()['id']).toBeUndefined();
  });

  it('does not give the token to the commands, and runs nothing that is in its other inputs', async () => {
    const touch = `$(touch ${workspace.path('hacked')})\`touch ${workspace.path('hacked')}\``;
    const [step] = await act({ run: 'env', token: 'very-secret', id: `x${touch}` });
    expect(step?.code).toBe(0);
    expect(step?.stdout).not.toContain('very-secret');
    expect(step?.stdout).not.toContain('LOOM_');
    expect(read('hacked')).toBe('');
    expect(outputs()['id']).toBe(`x${touch}`);
    const [refused] = await act({ run: 'echo ran', id: 'a\nurl=https://evil.example' });
    expect(refused?.code).toBe(1);
    expect(refused?.stdout).not.toContain('ran');
  });
});
