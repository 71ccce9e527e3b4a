import { availableParallelism } from 'node:os';
import { parseCommandLine } from '../../src/config/command-line';
import { configFrom, loadConfig } from '../support/config';

const REDIS = 'redis://localhost';
const CORES = Math.min(availableParallelism(), 64);

const load = (argv: readonly string[], environment = {}) => loadConfig(parseCommandLine(argv), environment);

describe('the number of workers', () => {
  it('the default number of workers is 1', () => {
    expect(configFrom({ store: REDIS }).workers).toBe(1);
  });

  it('a file, the environment or a flag sets the number of workers', () => {
    expect(configFrom({ store: REDIS, workers: 3 }).workers).toBe(3);
    expect(load(['--store', REDIS], { LOOM_WORKERS: '4' }).workers).toBe(4);
    expect(load(['--store', REDIS, '--workers', '5'], { LOOM_WORKERS: '4' }).workers).toBe(5);
  });

  it.each([0, 65, 1.5, '2', 'many', -1])('the number of workers %j is refused', (workers) => {
    expect(() => configFrom({ store: REDIS, workers })).toThrow(
      `settings: workers must be an integer from 1 to 64, or auto, not ${JSON.stringify(workers)}`,
    );
  });

  it('auto from each source is one worker per core', () => {
    expect(configFrom({ store: REDIS, workers: 'auto' }).workers).toBe(CORES);
    expect(load(['--store', REDIS], { LOOM_WORKERS: 'auto' }).workers).toBe(CORES);
    expect(load(['--store', REDIS, '--workers', 'auto']).workers).toBe(CORES);
  });

  it.each(['file:./data', 'memory:'])(
    'auto is 1 worker with the store %s, which cannot be shared',
    (store) => {
      expect(configFrom({ store, workers: 'auto' }).workers).toBe(1);
    },
  );

  it.each(['file:./data', 'memory:'])(
    'two workers with the store %s are refused with the reason',
    (store) => {
      expect(() => configFrom({ store, workers: 2 })).toThrow(
        `workers (2) must be 1 or auto with the store ${store}, which only one process can use: several workers need a store in Redis`,
      );
    },
  );
});
