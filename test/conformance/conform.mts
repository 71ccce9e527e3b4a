import { runConformanceTests } from '@durable-streams/server-conformance-tests';
import { afterAll, beforeAll } from 'vitest';
import { LoomProcess } from '../support/loom-process.js';

/**
 * Some tests of the suite wait for a long-poll to time out, one of them for at most 5 s. In others bytes come while one waits, which takes
 * its time on a busy machine.
 */
const ENVIRONMENT = { LOOM_DURABLE_LONG_POLL_TIMEOUT: '4s', LOOM_LOG_LEVEL: 'warn' };

export interface Stage {
  /** Where the server under test is reached. */
  readonly url: string;
  stop(): Promise<unknown>;
}

/** Runs the whole suite against what `raise` starts. */
export function conforms(raise: () => Promise<Stage>): void {
  const config = { baseUrl: '' };
  let stage: Stage | undefined;
  beforeAll(async () => {
    stage = await raise();
    config.baseUrl = stage.url;
  });
  afterAll(() => stage?.stop());
  runConformanceTests(config);
}

export function startLoom(store: string): Promise<LoomProcess> {
  return LoomProcess.start({ store, env: ENVIRONMENT });
}
