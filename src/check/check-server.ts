import type { Config } from '../config/config';
import { type Finding, failure, ok } from '../core/store/finding';
import { sentenceOf } from './answer-sentence';
import { TestRequests } from './test-requests';

const REQUEST_MS = 10_000;

/** Asks the server that listens where these settings say, if one runs. */
export async function checkServer({ host, port }: Config, token: string | undefined): Promise<Finding> {
  const url = new URL(`http://${reachable(host)}:${port}`);
  const requests = new TestRequests(url, token);
  const alive = await requests.ask('GET', '/healthz', REQUEST_MS).catch(() => undefined);
  if (alive === undefined) return ok('server', `none answers at ${url.origin}`);
  if (!alive.text.includes('"status":"ok"'))
    return failure('server', `another program answers at ${url.origin}: choose another port, or stop it`);
  const ready = await requests.ask('GET', '/readyz', REQUEST_MS).catch(() => undefined);
  if (ready === undefined) return failure('server', `it does not say at ${url.origin} whether it is ready`);
  if (ready.status === 200) return ok('server', `it answers at ${url.origin}, and its store takes appends`);
  if (ready.status === 401 || ready.status === 403)
    return ok('server', `it answers at ${url.origin}; with a token in LOOM_TOKEN this command asks it more`);
  return failure('server', `it answers at ${url.origin}, but is not ready: ${sentenceOf(ready)}`);
}

/** The address of a listener on all addresses is no destination. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return 'localhost';
  return host.includes(':') ? `[${host}]` : host;
}
