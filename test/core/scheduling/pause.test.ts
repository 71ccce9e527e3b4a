import { getEventListeners } from 'node:events';
import { pause } from '../../../src/core/scheduling/pause';

const LONG_MS = 60_000;

it('a pause resolves after its time, and removes its listener from the signal', async () => {
  const { signal } = new AbortController();
  await pause(1, signal);
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});

it('a pause resolves once its signal aborts', async () => {
  const stopping = new AbortController();
  const paused = pause(LONG_MS, stopping.signal);
  stopping.abort();
  await expect(paused).resolves.toBeUndefined();
});

it('a pause whose signal has already aborted resolves at once', async () => {
  await expect(pause(LONG_MS, AbortSignal.abort())).resolves.toBeUndefined();
});
