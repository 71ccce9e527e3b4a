import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { PATIENCE_MS } from '../../support/patience';

const REGISTER = join(__dirname, '../../support/register-typescript.cjs');
const SCRIPT = join(__dirname, 'measure-idle-bytes.ts');

/**
 * Beside the connection, the request and the response of Node, which a bare server has as well. Measured: 750 to 800, 1,690 to 1,840,
 * 1,220 to 1,320, 4,620 and 720 bytes. The bounds leave room for what else a process allocates meanwhile.
 */
describe('the memory of a waiting reader', () => {
  let measured: Record<string, number>;

  beforeAll(async () => {
    const { stdout } = await promisify(execFile)(process.execPath, ['--require', REGISTER, SCRIPT]);
    measured = JSON.parse(stdout);
  }, PATIENCE_MS);

  it.each([
    ['a tail', 900],
    ['line events', 1_950],
    ['durable events', 1_700],
    ['a long poll', 5_700],
    ['each log of a spy', 740],
  ])('%s takes a bounded number of bytes', (what, bytesMax) => {
    expect(measured[what]).toBeGreaterThan(0);
    expect(measured[what]).toBeLessThan(bytesMax);
  });

  it('a parked tail takes fewer bytes with all that Node has of it than a bare response', () => {
    expect(measured['a parked tail']).toBeGreaterThan(0);
    // About 3,400 and 4,520 bytes, 100 of them for the metrics. Node's parser comes on top, which is not among the objects.
    expect(measured['a parked tail']).toBeLessThan(3_500);
    expect(measured['a parked tail']).toBeLessThan(measured['a bare response'] ?? 0);
  });
});
