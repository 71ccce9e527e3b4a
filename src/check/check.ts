import type { Config } from '../config/config';
import { messageOf } from '../core/log/errors';
import { type Finding, failure, ok, warning } from '../core/store/finding';
import { checkStore } from '../storage/drivers';
import { checkAccess } from './check-access';
import { checkOpenFiles } from './check-open-files';
import { checkProxy } from './check-proxy';
import { checkServer } from './check-server';
import { TestRequests } from './test-requests';

export interface CheckOptions {
  /** Of the files with settings, as they were given. */
  readonly configs: readonly string[];
  /** Sentences about variables that set nothing. */
  readonly unknownVariables: readonly string[];
  /** The address of a proxy, or of the server, for test requests. */
  readonly url?: string;
  readonly token?: string;
}

/** Runs `loom check`: prints one line per examination. @returns whether nothing has failed */
export async function runCheck(
  config: Config,
  options: CheckOptions,
  print: (line: string) => void,
): Promise<boolean> {
  let hasFailed = false;
  for await (const { verdict, name, text } of findings(config, options)) {
    hasFailed ||= verdict === 'failure';
    print(`${verdict.padEnd(7)}  ${name.padEnd(8)}  ${text}`);
  }
  return !hasFailed;
}

async function* findings(config: Config, options: CheckOptions): AsyncGenerator<Finding, void> {
  const { configs, unknownVariables, url, token } = options;
  yield ok(
    'settings',
    configs.length === 0 ? 'valid; no file is given' : `valid, with ${configs.join(', ')}`,
  );
  for (const sentence of unknownVariables) yield warning('settings', sentence);
  yield checkAccess(config);
  yield* examined(checkStore(config));
  yield await checkOpenFiles(config);
  yield await checkServer(config, token);
  if (url !== undefined) yield* checkProxy(new TestRequests(new URL(url), token), url);
}

/** What cannot be examined is a failure, too: the rest is examined all the same. */
async function* examined(store: AsyncIterable<Finding> | undefined): AsyncGenerator<Finding, void> {
  if (store === undefined) {
    yield warning('store', 'the streams are in memory: they are lost when the server ends');
    return;
  }
  try {
    yield* store;
  } catch (error) {
    yield failure('store', messageOf(error));
  }
}
