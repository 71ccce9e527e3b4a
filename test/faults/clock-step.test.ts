import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { request } from '../support/http';
import { LoomProcess } from '../support/loom-process';
import { eventually } from './eventually';
import { withStage } from './stage';

const CONFIG = `
resumeGrace: 15m
janitor: {interval: 100ms}
retention: {maxAge: 10m}
`;

/** The library that gives a process another time of day; its monotonic clock stays. */
function fakeTime(): string {
  const found = readdirSync('/usr/lib')
    .map((folder) => join('/usr/lib', folder, 'faketime/libfaketime.so.1'))
    .find((path) => existsSync(path));
  if (found === undefined)
    throw new Error('there is no libfaketime: scripts/install-test-tools.mjs installs it');
  return found;
}

describe.each([
  ['forward', '+3600', 3_600],
  ['back', '-3600', -3_600],
])('a server whose clock is set %s by an hour', (direction, offset, seconds) => {
  const stage = withStage();

  it('the server removes only streams that are over, and logs the step once', async () => {
    const directory = await stage.directory();
    const [file, config] = [join(directory, 'offset'), join(directory, 'loom.yaml')];
    writeFileSync(file, '+0');
    writeFileSync(config, CONFIG);
    const env = {
      LD_PRELOAD: fakeTime(),
      FAKETIME_TIMESTAMP_FILE: file,
      FAKETIME_NO_CACHE: '1',
      FAKETIME_DONT_FAKE_MONOTONIC: '1',
    };
    const started = await LoomProcess.start({ store: `file:${directory}/data`, args: ['-c', config], env });
    const loom = stage.add(started, (it) => it.isRunning && it.kill('SIGKILL'));
    const post = (id: string, headers: Record<string, string> = {}) =>
      request(`${loom.url}/stream/${id}`, { method: 'POST', headers, body: 'abc' });
    const stateOf = async (id: string): Promise<unknown> =>
      (await request(`${loom.url}/stream/${id}`, { method: 'HEAD' })).headers['x-stream-state'];
    await post('resumable', { 'Upload-Complete': '?0' });
    await post('ended');
    await request(`${loom.url}/v1/stream/idle`, { method: 'PUT', headers: { 'Stream-TTL': '600' } });

    writeFileSync(file, offset);
    const said = `was set ${Math.abs(seconds)} s ${direction}`;
    await eventually('the step is logged', () => loom.stdout.includes(said));
    // When this one is removed, the janitor has been there.
    await request(`${loom.url}/v1/stream/gone`, { method: 'PUT', headers: { 'Stream-TTL': '1' } });
    await eventually('a stream that is over is removed', () => loom.stdout.includes('"id":"gone"'));
    expect(await stateOf('resumable')).toBe('open');
    expect(await stateOf('ended')).toBe('closed; outcome=complete');
    expect((await request(`${loom.url}/v1/stream/idle`, { method: 'HEAD' })).status).toBe(200);
    expect(loom.stdout.split(said)).toHaveLength(2);
  });
});
