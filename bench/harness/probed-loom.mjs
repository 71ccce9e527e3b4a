import { join } from 'node:path';
import { defaultSettings } from './default-settings.mjs';
import { BENCH } from './home.mjs';
import { freePort } from './ports.mjs';

/** A files store looks at each open stream when it starts. */
const START_MS = 120_000;

/** What can be loaded into a server to look at it from inside. */
export const LONGEST_TURN = ['--require', join(BENCH, 'harness/longest-turn.cjs')];
export const RESTING_HEAP = ['--expose-gc', '--require', join(BENCH, 'harness/resting-heap.cjs')];

/**
 * Starts Loom with a probe.
 * @param repository the folder whose bin/loom it is, built
 * @param url of its store. @param env settings, and whatever else is not as usual
 * @returns also `probe`, which asks the probe for its number, and `stopProbe`
 */
export async function startProbed(stage, { repository, url, probe, env = {} }) {
  const [port, probePort] = [await freePort(), await freePort()];
  const command = [...probe, join(repository, 'bin/loom'), '--port', port, '--store', url];
  const child = await stage.serve(process.execPath, command, port, {
    env: { ...defaultSettings(), ...env, PROBE_PORT: String(probePort) },
    startMs: START_MS,
  });
  const ask = async (path) => Number(await (await fetch(`http://127.0.0.1:${probePort}${path}`)).text());
  return {
    ...{ port, origin: `http://127.0.0.1:${port}`, pid: child.pid },
    probe: () => ask('/'),
    stopProbe: () => ask('/stop'),
  };
}
