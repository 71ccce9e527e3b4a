import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { eventually } from '../faults/eventually';
import { RawConnection } from '../faults/raw-connection';
import { LoomProcess } from '../support/loom-process';
import { Call } from './call';

/** More listeners on one emitter than Node allows without a warning. */
const CHANNELS = Array.from({ length: 14 }, (_, index) => `c${index}`);

describe('pipelined requests that wait', () => {
  const folder = mkdtempSync(join(tmpdir(), 'loom-pipelined-'));
  let loom: LoomProcess;
  let connection: RawConnection;

  beforeAll(async () => {
    loom = await LoomProcess.start({ store: `file:${folder}` });
  });
  beforeEach(async () => {
    connection = await RawConnection.open(loom.port);
    for (const channel of CHANNELS)
      connection.send(`GET /channels/v1/${channel} HTTP/1.1\r\nHost: localhost\r\n\r\n`);
    await eventually('all wait', async () => (await waiting()).length === CHANNELS.length);
  });
  afterEach(() => connection.close());
  afterAll(async () => {
    await loom.stop();
    rmSync(folder, { recursive: true });
    expect(loom.stderr + loom.stdout).not.toContain('MaxListenersExceededWarning');
  });

  const waiting = async (): Promise<readonly string[]> => {
    const { status, text } = await new Call(`${loom.url}/channels/v1`).answer();
    return status === 200 ? JSON.parse(text) : [];
  };

  it('each request is answered, in order', async () => {
    const producers = CHANNELS.map(
      (channel) => new Call(`${loom.url}/channels/v1/${channel}`, { method: 'POST', body: `of ${channel}.` }),
    );
    const received = await connection.until('of c13.');
    expect(received.match(/of c\d+/g)).toEqual(CHANNELS.map((channel) => `of ${channel}`));
    for (const producer of producers) expect(await producer.status()).toBe(200);
  });

  it('all requests leave when their connection closes', async () => {
    connection.close();
    await eventually('no request waits', async () => (await waiting()).length === 0);
  });
});
