import { execFile } from 'node:child_process';
import { existsSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir, tmpdir } from 'node:os';
import { delimiter, join } from 'node:path';
import { promisify } from 'node:util';
import { loadAll } from 'js-yaml';

const CHART = join(__dirname, '../../ops/helm/loom');
/** Of Kubernetes 1.30, with what they refer to, and for a ServiceMonitor of the fields that the chart uses. */
const SCHEMAS = join(__dirname, 'schemas/{{.ResourceKind}}_{{.ResourceAPIVersion}}.json');
/** `go install` puts programs there, which may not be on the PATH. */
const PATH = `${process.env['PATH']}${delimiter}${join(homedir(), 'go/bin')}`;
const KUBERNETES = '1.30.0';

const FILES = [
  'tokensSecret=tokens',
  'files.storageClassName=fast',
  'extraVolumes[0].name=backups',
  'extraVolumes[0].emptyDir.sizeLimit=1Gi',
  'extraVolumeMounts[0].name=backups',
  'extraVolumeMounts[0].mountPath=/backups',
  'hosts={loom,logs.example.com}',
];
const REDIS = [
  'store=redis',
  'redis.urlSecret=valkey',
  'tokensSecret=tokens',
  'ingress.enabled=true',
  'ingress.tlsSecret=certificate',
  'serviceMonitor.enabled=true',
  'serviceMonitor.tokenSecret=metrics',
  'settings.retention.maxAge=30d',
];

const isThere = (program: string): boolean =>
  PATH.split(delimiter).some((directory) => existsSync(join(directory, program)));
const describeIfThere = isThere('helm') && isThere('kubeconform') ? describe : describe.skip;

describeIfThere('the chart in ops/helm/loom', () => {
  let directory: string;
  beforeAll(() => {
    directory = mkdtempSync(join(tmpdir(), 'loom-helm-'));
  });
  afterAll(() => rmSync(directory, { recursive: true, force: true }));

  async function run(program: string, ...args: string[]): Promise<string> {
    // It keeps nothing of, and in, the home of who runs the tests.
    const env = { PATH, HOME: directory, HELM_CACHE_HOME: directory, HELM_CONFIG_HOME: directory };
    const { stdout } = await promisify(execFile)(program, args, { env });
    return stdout;
  }
  const render = (values: readonly string[]): Promise<string> =>
    run(
      'helm',
      'template',
      'test',
      CHART,
      '--kube-version',
      KUBERNETES,
      ...values.flatMap((value) => ['--set', value]),
    );

  it('helm finds nothing to improve in it', async () => {
    expect(await run('helm', 'lint', '--strict', CHART, '--set', 'tokensSecret=tokens')).toContain(
      '0 chart(s) failed',
    );
  });

  it.each([
    ['files', FILES, ['ConfigMap', 'PodDisruptionBudget', 'Service', 'StatefulSet']],
    [
      'redis',
      REDIS,
      ['ConfigMap', 'Deployment', 'Ingress', 'PodDisruptionBudget', 'Service', 'ServiceMonitor'],
    ],
  ])('with store: %s, all that it makes is as Kubernetes wants it', async (store, values, kinds) => {
    const file = join(directory, `${store}.yaml`);
    writeFileSync(file, await render(values));
    const args = ['-strict', '-summary', '-output', 'json', '-schema-location', SCHEMAS, file];
    expect(JSON.parse(await run('kubeconform', ...args)).summary).toEqual({
      valid: kinds.length,
      invalid: 0,
      errors: 0,
      skipped: 0,
    });
    expect(kindsIn(readFileSync(file, 'utf8'))).toEqual(kinds);
  });

  it('a schema refuses a field that Kubernetes does not know', async () => {
    const file = join(directory, 'wrong.yaml');
    writeFileSync(file, (await render(FILES)).replace('serviceName:', 'servicename:'));
    const args = ['-strict', '-schema-location', SCHEMAS, file];
    await expect(run('kubeconform', ...args)).rejects.toMatchObject({
      stdout: expect.stringContaining("additional properties 'servicename' not allowed"),
    });
  });

  it.each([
    ['neither tokens nor allowAnonymous', [], 'Set tokensSecret'],
    ['store: redis without its address', ['store=redis', 'tokensSecret=t'], 'Set redis.urlSecret'],
    ['a store that there is not', ['store=s3', 'tokensSecret=t'], 'store'],
    ['a value that there is not', ['tokenSecret=t', 'tokensSecret=t'], 'tokenSecret'],
  ])('it refuses %s', async (_what, values, why) => {
    await expect(render(values)).rejects.toMatchObject({ stderr: expect.stringContaining(why) });
  });
});

function kindsIn(manifests: string): string[] {
  const kinds = loadAll(manifests).flatMap((one) =>
    typeof one === 'object' && one !== null && 'kind' in one ? String(one.kind) : [],
  );
  return kinds.sort();
}
