import { parseCommandLine } from '../../src/config/command-line';
import { configFrom, loadConfig } from '../support/config';

const TWO = [
  { serve: 'rendezvous', port: 9999 },
  { serve: 'httpipe', port: 3000 },
];

describe('listeners', () => {
  it('listeners are read from a file, the environment and the command line', () => {
    expect(configFrom({ listeners: TWO }).listeners).toEqual(TWO);
    const environment = { LOOM_LISTENERS: 'rendezvous=9999, httpipe=3000' };
    expect(loadConfig(parseCommandLine([]), environment).listeners).toEqual(TWO);
    const flags = ['--listen', 'rendezvous=9999', '--listen=httpipe=3000'];
    expect(loadConfig(parseCommandLine(flags), {}).listeners).toEqual(TWO);
  });

  it.each([
    [{ serve: 'loom', port: 1 }, 'listeners[0].serve must be one of rendezvous, httpipe, cama, packets'],
    [{ serve: 'cama', port: 70_000 }, 'listeners[0].port must be an integer from 0 to 65535'],
    [{ serve: 'cama', port: 1, hots: 'x' }, 'listeners[0] has the unknown key "hots"'],
    [{ serve: 'cama', port: 1, host: 'a b' }, 'listeners[0].host must be a host name'],
    ['cama', 'listeners[0] must be a map of serve, port, host'],
  ])('the listener %j is refused', (entry, problem) => {
    expect(() => configFrom({ listeners: [entry] })).toThrow(problem);
  });

  it('an invalid --listen is refused with an example', () => {
    expect(() => parseCommandLine(['--listen', 'cama'])).toThrow(
      '--listen: listeners must be a list such as',
    );
  });

  it('a listener beyond the loopback requires tokens', () => {
    const listeners = [{ serve: 'cama', port: 8000, host: '0.0.0.0' }];
    expect(() => configFrom({ listeners })).toThrow('Without tokens, every client that reaches 0.0.0.0');
    expect(configFrom({ listeners, tokens: ['t'] }).listeners).toEqual(listeners);
  });
});
