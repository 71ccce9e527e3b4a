import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import { Ajv2020 } from 'ajv/dist/2020.js';
import addFormats from 'ajv-formats';
import { SCOPES } from '../../src/config/tokens';
import { ERROR_TABLE } from '../../src/http/errors/error-table';
import META_SCHEMA from './oas-3.1-schema.json';
import { METHODS, readOpenapi } from './watch/openapi-document';
import { operationsOf } from './watch/operation-finder';

const ROOT = join(__dirname, '../..');
const PACKAGE: { readonly version: string } = require(join(ROOT, 'package.json'));

const document = readOpenapi();
const ajv = new Ajv2020({ strict: false });
addFormats.default(ajv);
ajv.addFormat('media-range', true);

it('openapi.yaml is valid by the schema of OpenAPI 3.1', () => {
  const isValid = ajv.compile(META_SCHEMA);
  isValid(document);
  expect(isValid.errors ?? []).toEqual([]);
});

it('every schema of openapi.yaml is valid JSON Schema', () => {
  for (const [name, schema] of Object.entries(document.components.schemas)) {
    const isValid = ajv.validateSchema(schema);
    expect([name, isValid, ajv.errors ?? []]).toEqual([name, true, []]);
  }
});

it('redocly finds nothing in openapi.yaml', () => {
  const redocly = join(ROOT, 'node_modules/@redocly/cli/bin/cli.js');
  const env = {
    ...process.env,
    REDOCLY_TELEMETRY: 'off',
    REDOCLY_SUPPRESS_UPDATE_NOTICE: 'true',
    NO_COLOR: '1',
  };
  const output = execFileSync(process.execPath, [redocly, 'lint', 'openapi.yaml', '--format=json'], {
    cwd: ROOT,
    env,
    encoding: 'utf8',
    stdio: ['ignore', 'pipe', 'ignore'],
  });
  expect(JSON.parse(output)).toMatchObject({ problems: [] });
});

it('openapi.yaml has the version of the package', () => {
  expect(document.info.version).toBe(PACKAGE.version);
});

it('openapi.yaml has the codes of all errors', () => {
  const codes = new Set(Object.values(ERROR_TABLE).map(({ code }) => code));
  expect(enumOf('ErrorCode')).toEqual([...codes].sort());
});

it('openapi.yaml has the scopes of tokens', () => {
  expect(enumOf('Scope')).toEqual([...SCOPES].sort());
});

it('every operation has an id of its own', () => {
  const ids = Object.values(document.paths)
    .flatMap(operationsOf)
    .map(({ operationId }) => operationId);
  expect(new Set(ids).size).toBe(ids.length);
  expect(METHODS.length).toBeGreaterThan(0);
});

/** The values of a schema, in the order of the alphabet. */
function enumOf(name: string): unknown[] {
  const { enum: values = [] } = { enum: undefined, ...document.components.schemas[name] };
  return [...(values as readonly unknown[])].sort();
}
