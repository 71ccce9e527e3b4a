import { parseCommandLine } from '../../src/config/command-line';
import { CommandLineError } from '../../src/config/startup-errors';

describe('the command line', () => {
  it('the command line accepts long and short options', () => {
    const line = parseCommandLine([
      '-p',
      '0',
      '--host=127.0.0.1',
      '--store',
      'memory:',
      '-c',
      'a',
      '--config=b',
    ]);
    expect(line.command).toBe('start');
    expect(line.configs).toEqual(['a', 'b']);
    expect([...line.flags]).toEqual([
      ['port', 0],
      ['host', '127.0.0.1'],
      ['store', 'memory:'],
    ]);
  });

  it('--help overrides --version, and --version overrides a start', () => {
    expect(parseCommandLine(['--version', '-h']).command).toBe('help');
    expect(parseCommandLine(['--version']).command).toBe('version');
  });

  it.each([
    [['--prot', '1'], "Unknown option '--prot'"],
    [['--port'], "Option '-p, --port <value>' argument missing"],
    [['--port', 'many'], '--port: port must be an integer from 0 to 65535, not "many"'],
    [['--store', 'data'], '--store: store must be a URL such as file:./data or redis://localhost:6379'],
    [['start'], "Unexpected argument 'start'"],
    [['--help=yes'], "Option '-h, --help' does not take an argument"],
  ])('the arguments %j are refused in one sentence', (argv, message) => {
    expect(() => parseCommandLine(argv)).toThrow(new CommandLineError(message));
  });
});
