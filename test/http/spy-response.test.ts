import { EventEmitter } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setImmediate as nextTurn } from 'node:timers/promises';
import type { LogRef } from '../../src/core/log/log';
import { generateLogId } from '../../src/core/log/log-id';
import { SpyFormat } from '../../src/http/spy/spy-format';
import { SpyResponse } from '../../src/http/spy/spy-response';
import { paintTime } from '../../src/http/spy/text-queue';
import { Meters } from '../../src/metrics/meters';

const PENDING_BYTES = 32 * 1024;
const STALLED_MS = 10_000;

const A: LogRef = { id: generateLogId(), generation: '1' };
const B: LogRef = { id: generateLogId(), generation: '2' };

describe('SpyResponse', () => {
  beforeEach(() => {
    jest.useFakeTimers({ doNotFake: ['setImmediate', 'nextTick', 'queueMicrotask'] });
  });
  afterEach(() => {
    jest.restoreAllMocks();
    jest.useRealTimers();
  });

  it('a spy is not cut if it misses more bytes before it shows the skipped ones', async () => {
    const { res, spy } = await spyOf(A, B);
    spy.bytes(A, [Buffer.alloc(PENDING_BYTES + 1, 'x\n')]);
    spy.bytes(A, [Buffer.alloc(7)]);
    takeTime();
    res.drain();
    spy.bytes(B, [Buffer.alloc(9)]);
    await res.until(`9 bytes of ${B.id} skipped`);
    expect(res.text).toContain(`7 bytes of ${A.id} skipped`);
    jest.advanceTimersByTime(2 * STALLED_MS);
    expect(res.destroyed).toBe(false);
  });

  it('a spy buffers a bounded amount of text, and shows all bytes that it accepted', async () => {
    const { res, spy } = await spyOf(A);
    const text = 'x\n'.repeat(8 * PENDING_BYTES);
    takeTime();
    spy.bytes(A, [Buffer.from(text)]);
    spy.ended(A);
    while (!res.text.includes(`END: ${A.id}`)) {
      await nextTurn();
      expect(res.writableLength).toBeLessThan(2 * PENDING_BYTES);
      res.drain();
    }
    expect(res.text).toContain(`${A.id}:\n${text}END: ${A.id}`);
  });

  it("a reader's wait ends when the client of a full spy leaves", async () => {
    const { spy, leaving } = await spyOf(A);
    spy.bytes(A, [Buffer.alloc(2 * PENDING_BYTES, 'x\n')]);
    const ready = spy.ready();
    leaving.abort();
    await expect(ready).rejects.toMatchObject({ name: 'AbortError' });
  });

  it('a spy is cut if its client does not read', async () => {
    const { res, spy } = await spyOf(A);
    spy.bytes(A, [Buffer.alloc(2 * PENDING_BYTES, 'x\n')]);
    await nextTurn();
    jest.advanceTimersByTime(STALLED_MS);
    expect(res.destroyed).toBe(true);
  });

  it('a spy is not cut as stalled before its turn on the connection', async () => {
    const { res, spy } = await spyOf(A);
    res.socket = null;
    spy.bytes(A, [Buffer.alloc(2 * PENDING_BYTES, 'x\n')]);
    await nextTurn();
    jest.advanceTimersByTime(2 * STALLED_MS);
    expect(res.destroyed).toBe(false);
    res.emit('socket');
    jest.advanceTimersByTime(STALLED_MS);
    expect(res.destroyed).toBe(true);
  });
});

/** A response whose client takes what waits for it when the test says so. */
class StoppedResponse extends EventEmitter {
  socket: object | null = {};
  destroyed = false;
  writableLength = 0;
  writableNeedDrain = false;
  text = '';

  write(text: string): boolean {
    this.text += text;
    this.writableLength += text.length;
    this.writableNeedDrain = true;
    this.emit('written');
    return false;
  }

  drain(): void {
    this.writableLength = 0;
    this.writableNeedDrain = false;
    this.emit('drain');
  }

  destroy(): void {
    this.destroyed = true;
    this.emit('close');
  }

  async until(text: string): Promise<void> {
    while (!this.text.includes(text)) await new Promise((resolve) => this.once('written', resolve));
  }
}

interface Spying {
  readonly res: StoppedResponse;
  readonly spy: SpyResponse;
  readonly leaving: AbortController;
}

/** A spy that has been shown the starts of its streams. */
async function spyOf(...logs: readonly LogRef[]): Promise<Spying> {
  const res = new StoppedResponse();
  const limits = { pendingBytesMax: PENDING_BYTES, stalledMs: STALLED_MS };
  const leaving = new AbortController();
  const meters = new Meters();
  const spy = new SpyResponse(
    res as unknown as ServerResponse,
    new SpyFormat('plain'),
    limits,
    leaving.signal,
    { meters, meter: meters.wire('spy') },
  );
  for (const log of logs) {
    spy.started(log);
    await res.until(`START: ${log.id}`);
  }
  res.drain();
  return { res, spy, leaving };
}

/** As other spies may: this turn has no time left. */
function takeTime(): void {
  const now = jest.spyOn(performance, 'now').mockReturnValueOnce(0).mockReturnValueOnce(1_000);
  paintTime.spend(() => {});
  now.mockRestore();
}
