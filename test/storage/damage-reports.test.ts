import { LogError } from '../../src/core/log/errors';
import { parseLogId } from '../../src/core/log/log-id';
import { START } from '../../src/core/log/offset';
import { DamageError } from '../../src/core/store/damage';
import { DamageReports } from '../../src/core/store/damage-reports';
import { at } from '../contract/logs';

function damageOf(n: number): DamageError {
  const log = { id: parseLogId(`log-${n}`), generation: String(n) };
  return new DamageError(log, { from: START, to: at(9) });
}

describe('reports of damaged logs', () => {
  it('a damaged log is reported once, with its lost range', () => {
    const alarm = jest.fn();
    const reports = new DamageReports(alarm);
    for (let round = 0; round < 3; round += 1) {
      const error = damageOf(1);
      expect(reports.report(error.log, error)).toBe(error);
    }
    const details = { id: 'log-1', generation: '1', from: 0, to: 9 };
    expect(alarm.mock.calls).toEqual([['The stream with ID log-1 has lost its bytes 0 to 9', details]]);
  });

  it('an error other than damage is not reported', () => {
    const alarm = jest.fn();
    new DamageReports(alarm).report(damageOf(1).log, new LogError('LOG_GONE'));
    expect(alarm).not.toHaveBeenCalled();
  });

  it('only the first 1,000 damaged logs are reported by name', () => {
    const alarm = jest.fn();
    const reports = new DamageReports(alarm);
    for (let n = 0; n < 5_000; n += 1) reports.report(damageOf(n).log, damageOf(n));
    expect(alarm).toHaveBeenCalledTimes(1_001);
    expect(alarm.mock.lastCall[0]).toBe('1000 streams are damaged: further ones are not named');
  });
});
