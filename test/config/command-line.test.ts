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
    expect(line.command).toBe('serve');
    expect(line.configs).toEqual(['a', 'b']);
    expect([...line.flags]).toEqual([
      ['port', 0],
      ['host', '127.0.0.1'],
      ['store', 'memory:'],
    ]);
  });

  it.each([
    [[], 'serve', 'serve'],
    [['serve'], 'serve', 'serve'],
    [['recover'], 'recover', 'recover'],
    [['recover', '--help'], 'help', 'recover'],
    [['help', 'recover'], 'help', 'recover'],
    [['help'], 'help', 'serve'],
    [['help', 'all'], 'help', 'all'],
    [['--help', 'all'], 'help', 'all'],
    [['manual'], 'manual', 'serve'],
    [['version'], 'version', 'serve'],
    [['-v'], 'version', 'serve'],
  ])('the arguments %j are the command %s about %s', (argv, command, topic) => {
    expect(parseCommandLine(argv)).toMatchObject({ command, topic });
  });

  it.each(['./data', '../data', '/srv/loom', 'data/loom', '.', './my data'])(
    'the store %s is a directory',
    (directory) => {
      expect(parseCommandLine(['--store', directory]).flags.get('store')).toBe(`file:${directory}`);
    },
  );

  it.each(['data', '~/data', 'redis //:secret@host', ''])('the store %j is refused', (store) => {
    expect(() => parseCommandLine(['--store', store])).toThrow('--store: store must be a directory');
  });

  it('--help overrides --version, and --version overrides a start', () => {
    expect(parseCommandLine(['--version', '-h']).command).toBe('help');
    expect(parseCommandLine(['--version']).command).toBe('version');
  });

  it.each([
    [['--prot', '1'], "Unknown option '--prot': did you mean --port?"],
    [['-stroe', 'x'], "Unknown option '-s': did you mean --store?"],
    [['--nonsense'], "Unknown option '--nonsense'"],
    [['--port'], 'The value of --port is missing'],
    [['--port', '-1'], 'The value of --port is missing; one that begins with a dash is written --port=-…'],
    [['-p', '-1'], 'The value of --port is missing; one that begins with a dash is written --port=-…'],
    [['--port=-1'], '--port: port must be an integer from 0 to 65535, not -1'],
    [
      ['--listen', 'rendezvou=9'],
      '--listen: listeners[0].serve must be one of rendezvous, httpipe, cama, packets, metrics, not "rendezvou"',
    ],
    [['--port', 'many'], '--port: port must be an integer from 0 to 65535, not "many"'],
    [
      ['--store', 'data'],
      '--store: store must be a directory such as ./data, or a URL such as file:./data or redis://localhost:6379',
    ],
    [['start'], "Unknown command 'start': did you mean serve?"],
    [['nonsense'], "Unknown command 'nonsense'"],
    [['sevre'], "Unknown command 'sevre': did you mean serve?"],
    [['serve', 'now'], "Unexpected argument 'now'"],
    [['--help=yes'], "Option '-h, --help' does not take an argument"],
  ])('the arguments %j are refused in one sentence', (argv, message) => {
    expect(() => parseCommandLine(argv)).toThrow(new CommandLineError(message));
  });
});
