import { EventEmitter, getEventListeners } from 'node:events';
import { abortable, onAbort } from '../../../src/core/scheduling/abortable';

const listeners = (signal: AbortSignal): number => getEventListeners(signal, 'abort').length;

describe('onAbort', () => {
  it('the action runs once when the signal aborts', () => {
    const controller = new AbortController();
    const action = jest.fn();
    onAbort(controller.signal, action);
    expect(action).not.toHaveBeenCalled();
    controller.abort();
    expect(action).toHaveBeenCalledTimes(1);
  });

  it('the action runs at once if the signal has already aborted', () => {
    const action = jest.fn();
    onAbort(AbortSignal.abort(), action)();
    expect(action).toHaveBeenCalledTimes(1);
  });

  it('the action does not run after its listener was removed', () => {
    const controller = new AbortController();
    const action = jest.fn();
    onAbort(controller.signal, action)();
    expect(listeners(controller.signal)).toBe(0);
    controller.abort();
    expect(action).not.toHaveBeenCalled();
  });
});

describe('abortable', () => {
  const bell = new EventEmitter();
  const rung = (signal: AbortSignal): Promise<string> =>
    abortable(signal, (resolve) => {
      bell.on('ring', resolve);
      return () => bell.off('ring', resolve);
    });

  it('the promise resolves at the event, and leaves no listener', async () => {
    const { signal } = new AbortController();
    const waiting = rung(signal);
    bell.emit('ring', 'first');
    await expect(waiting).resolves.toBe('first');
    expect([bell.listenerCount('ring'), listeners(signal)]).toEqual([0, 0]);
  });

  it("the promise rejects with the signal's reason if it aborts first, and leaves no listener", async () => {
    const controller = new AbortController();
    const waiting = rung(controller.signal);
    controller.abort('gone');
    await expect(waiting).rejects.toBe('gone');
    expect([bell.listenerCount('ring'), listeners(controller.signal)]).toEqual([0, 0]);
  });

  it('the promise adds no listener if the signal has already aborted', async () => {
    await expect(rung(AbortSignal.abort('gone'))).rejects.toBe('gone');
    expect(bell.listenerCount('ring')).toBe(0);
  });
});
