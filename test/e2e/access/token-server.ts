import { randomUUID } from 'node:crypto';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { eventually } from '../../faults/eventually';
import type { Stage } from '../../faults/stage';
import { type Answer, Consumer, request } from '../../support/http';
import { LoomProcess, type LoomProcessOptions } from '../../support/loom-process';

export const bearer = (token: string) => ({ Authorization: `Bearer ${token}` });

/** A server whose tokens a test changes, in a file of settings and in a directory of tokens. */
export class TokenServer {
  private constructor(
    readonly loom: LoomProcess,
    readonly settings: string,
    readonly tokensDir: string,
  ) {}

  static async start(
    stage: Stage,
    { config = 'tokens: [root]', tokens = {}, ...options }: StartOptions = {},
  ): Promise<TokenServer> {
    const directory = await stage.directory();
    const [settings, tokensDir] = [join(directory, 'loom.yaml'), join(directory, 'tokens.d')];
    mkdirSync(tokensDir);
    for (const [name, text] of Object.entries(tokens)) writeFileSync(join(tokensDir, name), text);
    writeFileSync(settings, config);
    const { args = [], env = {} } = options;
    const loom = await LoomProcess.start({
      store: 'memory:',
      ...options,
      args: ['-c', settings, ...args],
      env: { LOOM_TOKENS_DIR: tokensDir, ...env },
    });
    stage.add(loom, () => loom.isRunning && loom.kill('SIGKILL'));
    return new TokenServer(loom, settings, tokensDir);
  }

  /** Replaces a file at once, as a deployment does. */
  replace(path: string, text: string): void {
    const fresh = `${path}.${randomUUID()}`;
    writeFileSync(fresh, text);
    renameSync(fresh, path);
  }

  /** Replaces the file of a token. */
  put(name: string, text: string): void {
    this.replace(join(this.tokensDir, name), text);
  }

  remove(name: string): void {
    rmSync(join(this.tokensDir, name));
  }

  get(path: string, token: string): Promise<Answer> {
    return request(this.loom.url + path, { headers: bearer(token) });
  }

  post(path: string, token: string, headers = {}): Promise<Answer> {
    return request(this.loom.url + path, {
      method: 'POST',
      headers: { ...bearer(token), ...headers },
      body: 'x\n',
    });
  }

  /** A tail of a stream that is open. */
  async tail(id: string, token: string): Promise<Consumer> {
    const tail = await Consumer.open(`${this.loom.url}/stream/${id}`, bearer(token));
    await tail.until('x\n');
    return tail;
  }

  /** Resolves once a token is answered with this status. */
  async untilAnswered(token: string, status: number): Promise<void> {
    await eventually(
      `${status} for a token`,
      async () => (await this.get('/stream', token)).status === status,
    );
  }

  /** The lines of the log that are of the audit. */
  audited(): readonly Readonly<Record<string, unknown>>[] {
    const lines = this.loom.stdout.split('\n').slice(0, -1);
    return lines.map((line) => JSON.parse(line)).filter(({ audit }) => audit !== undefined);
  }
}

interface StartOptions extends Partial<LoomProcessOptions> {
  /** The settings, as YAML. */
  readonly config?: string;
  /** The files of the directory of tokens. */
  readonly tokens?: Readonly<Record<string, string>>;
}
