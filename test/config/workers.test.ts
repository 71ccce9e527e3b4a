import { availableParallelism } from 'node:os';
import { parseCommandLine } from '../../src/config/command-line';
import { configFrom, loadConfig } from '../support/config';

const REDIS = 'redis://localhost';
const CORES = Math.min(availableParallelism(), 64);

const load = (argv: readonly string[], environment = {}) => loadConfig(parseCommandLine(argv), environment);

describe('the number of workers', () => {
  it('is one where nothing is said', () => {
    expect(configFrom({ store: REDIS }).workers).toBe(1);
  });

  it('comes from a file, the environment or a flag', () => {
    expect(configFrom({ store: REDIS, workers: 3 }).workers).toBe(3);
    expect(load(['--store', REDIS], { LOOM_WORKERS: '4' }).workers).toBe(4);
    expect(load(['--store', REDIS, '--workers', '5'], { LOOM_WORKERS: '4' }).workers).toBe(5);
  });

  it.each([0, 65, 1.5, '2', 'many', -1])('is not %j', (workers) => {
    expect(() => configFrom({ store: REDIS, workers })).toThrow(
      `settings: workers must be an integer from 1 to 64, or auto, not ${JSON.stringify(workers)}`,
    );
  });

  it('is a number of the cores with auto, in each place', () => {
    expect(configFrom({ store: REDIS, workers: 'auto' }).workers).toBe(CORES);
    expect(load(['--store', REDIS], { LOOM_WORKERS: 'auto' }).workers).toBe(CORES);
    expect(load(['--store', REDIS, '--workers', 'auto']).workers).toBe(CORES);
  });

  it.each(['file:./data', 'memory:'])('is one with auto and %s, which cannot be shared', (store) => {
    expect(configFrom({ store, workers: 'auto' }).workers).toBe(1);
  });

  it.each(['file:./data', 'memory:'])('cannot be two with %s, and the error says why', (store) => {
    expect(() => configFrom({ store, workers: 2 })).toThrow(
      `workers (2) must be 1 or auto with the store ${store}, which belongs to one process: several workers share a Redis`,
    );
  });
});
