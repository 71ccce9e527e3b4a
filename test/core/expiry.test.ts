import type { Expiry, LogInfo } from '../../src/core/log/log';
import { generateGeneration, parseLogId } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import { firstExpiry, hasExpired, touched } from '../../src/core/state/expiry';

const NOW = 1_000_000;
const DAY = 86_400_000;

describe('the expiry of a log', () => {
  it('the idle time of a new log starts at its creation', () => {
    expect(logOf({ kind: 'idle', ttlMs: 5_000 }).expiresAt).toBe(NOW + 5_000);
  });

  it('a log has expired in the very millisecond of its expiry', () => {
    const log = logOf({ kind: 'at', at: NOW + 10 });
    expect(hasExpired(log, NOW + 9)).toBe(false);
    expect(hasExpired(log, NOW + 10)).toBe(true);
  });

  it.each([1, 10, 1_000, 3_600_000, 30 * DAY])(
    'an idle TTL of %d ms never ends early, and at most a tenth or a minute late',
    (ttlMs) => {
      let log = logOf({ kind: 'idle', ttlMs });
      for (const wait of [0, 0.01, 0.05, 0.2, 0.5, 0.99, 0.03, 0.1].map((part) => Math.floor(part * ttlMs))) {
        const now = log.updatedAt + wait;
        log = { ...touched(log, now), updatedAt: now };
        expect(log.expiresAt).toBeGreaterThanOrEqual(now + ttlMs);
        expect(log.expiresAt).toBeLessThanOrEqual(now + ttlMs + Math.min(ttlMs / 10, 60_000));
      }
    },
  );

  it('many touches within a minute change the expiry at most 11 times', () => {
    let log = logOf({ kind: 'idle', ttlMs: 60_000 });
    let changes = 0;
    for (let now = NOW; now < NOW + 60_000; now += 10) {
      const after = touched(log, now);
      if (after !== log) changes += 1;
      log = after;
    }
    expect(changes).toBeLessThanOrEqual(11);
  });

  it('a touch changes neither a fixed expiry nor a log without one', () => {
    const fixed = logOf({ kind: 'at', at: NOW + 10 });
    expect(touched(fixed, NOW + 5)).toBe(fixed);
    const { expiry: _, expiresAt: __, ...forever } = fixed;
    expect(touched(forever, NOW + 5)).toBe(forever);
    expect(hasExpired(forever, Number.MAX_SAFE_INTEGER)).toBe(false);
  });
});

function logOf(expiry: Expiry): LogInfo {
  return {
    id: parseLogId('log'),
    generation: generateGeneration(NOW),
    state: 'open',
    tail: START,
    epoch: 1,
    contentType: 'text/plain',
    createdAt: NOW,
    updatedAt: NOW,
    expiry,
    expiresAt: firstExpiry(expiry, NOW),
  };
}
