import { SCOPES } from '../../src/config/tokens';
import { withLoom } from '../e2e/with-loom';
import { ExamplePaths } from './example-paths';
import { METHODS, type Operation, readOpenapi } from './watch/openapi-document';

const document = readOpenapi();
const OPERATIONS = Object.entries(document.paths).flatMap(([path, item]) =>
  METHODS.flatMap((method) => {
    const operation = item[method];
    return operation === undefined ? [] : [{ ...operation, method, path }];
  }),
);

type PlacedOperation = (typeof OPERATIONS)[number];

/** A token per scope, of which each is named after its scope. Requests of relays wait for no other side. */
const CONFIG = `
tokens: [everything, ${SCOPES.map((scope) => `{token: ${scope}, scopes: [${scope}]}`).join(', ')}]
httpipe: {requestTimeout: 100ms}
cama: {requestTimeout: 100ms}
`;

describe('the scopes in openapi.yaml', () => {
  const loom = withLoom({ store: 'memory:', config: CONFIG });

  it.each(OPERATIONS)('$operationId takes the tokens that it names, and no others', async (operation) => {
    expect(await isRefused(operation)).toBe(!isOpen(operation));
    if (isOpen(operation) || isOfClients(operation)) return;
    for (const scope of SCOPES) {
      const isNamed = operation['x-scopes']?.includes(scope) ?? true;
      expect([scope, await isRefused(operation, scope)]).toEqual([scope, !isNamed]);
    }
  });

  /** Whether it needs no token of the server. */
  function isOpen({ security }: Operation): boolean {
    return security?.length === 0 || security?.some((one) => 'sessionCookie' in one) === true;
  }

  /** Whether its tokens are those of the clients of the packet proxy. */
  function isOfClients({ security }: Operation): boolean {
    return security?.some((one) => 'packetToken' in one) === true;
  }

  /** Whether the answer says that the token is missing, or may not do this. A relay refuses its own guests in another way. */
  async function isRefused({ method, path, requestBody }: PlacedOperation, token?: string): Promise<boolean> {
    const all = { Authorization: 'Bearer everything' };
    const url = loom.url(await new ExamplePaths(document, loom.url(''), all).fill(path));
    const headers = {
      Accept: path === '/' ? 'text/html' : '*/*',
      ...(token !== undefined && { Authorization: `Bearer ${token}` }),
    };
    const example = requestBody?.content?.['application/json']?.example;
    const body = example === undefined ? {} : { body: JSON.stringify(example) };
    const response = await fetch(url, { method: method.toUpperCase(), headers, ...body });
    await response.body?.cancel();
    return (
      [401, 403].includes(response.status) && response.headers.get('content-type') === 'application/json'
    );
  }
});
