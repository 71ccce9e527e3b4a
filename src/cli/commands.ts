import type { Command, CommandOption, VerbCommand } from './arguments/command';
import { FORM_OPTIONS, PART_OPTIONS } from './arguments/read-flags';
import { cat } from './cat';
import { digest } from './digest';
import { follow } from './follow';
import { grep } from './grep';
import { list } from './list';
import { open } from './open';
import { REDACT_OPTIONS } from './redact/redaction';
import { run } from './run';
import { send } from './send';
import { spy } from './spy';
import { UPKEEP_VERBS } from './upkeep-verbs';
import { wait } from './wait';

/** The options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  token: { value: 'TOKEN', description: 'the access token; LOOM_TOKEN keeps it out of process lists' },
  profile: { value: 'NAME', description: 'a profile of loom/cli.yaml: its server, token and options' },
  help: { short: 'h', description: 'print this help' },
};

const GIVE_UP: CommandOption = {
  value: 'DURATION',
  description: 'give up when the server is unreachable this long, such as 5m (default: never)',
};
const FORCE: CommandOption = {
  description: 'replace the stream if it exists; the token needs the scopes produce and delete',
};
const METADATA: CommandOption = {
  value: 'JSON',
  description: `the stream's metadata, such as '{"branch":"main"}'`,
};
const CONTENT_TYPE: CommandOption = {
  value: 'TYPE',
  description: 'the media type (default: text/plain; charset=utf-8)',
};
const WAIT_FOR: CommandOption = {
  value: 'DURATION',
  description: 'wait at most this long for a stream that does not exist yet',
};
const RAW: CommandOption = { description: 'pass all control characters to the terminal' };
const PREFIX: CommandOption = { value: 'PREFIX', description: 'only streams whose id begins with PREFIX' };

const NO_FOLLOW: CommandOption = { description: 'end with what is there now' };
const COLOR: CommandOption = {
  description: 'use colours (default: only on a terminal, without NO_COLOR)',
};

export const SEND: Command = {
  summary: 'Send standard input to a stream, live.',
  operands: ['ID'],
  options: {
    force: FORCE,
    metadata: METADATA,
    'content-type': CONTENT_TYPE,
    ...REDACT_OPTIONS,
    'give-up-after': GIVE_UP,
  },
  examples: ['make 2>&1 | stream http://localhost:3060 build-42'],
  run: send,
};

const GREP_OPTIONS: Command['options'] = {
  prefix: { value: 'PREFIX', description: 'search all streams whose id begins with PREFIX, newest first' },
  'ignore-case': { short: 'i', description: 'ignore the case of letters' },
  'extended-regexp': { short: 'E', description: 'PATTERN is a regular expression of JavaScript, not a text' },
  'invert-match': { short: 'v', description: 'find the lines that do not match' },
  context: { short: 'C', value: 'N', description: 'print N lines before and after each' },
  'line-number': { short: 'n', description: 'print the number of each line' },
  count: { short: 'c', description: 'print only how many lines match' },
  follow: { description: 'go on as lines arrive, until the stream ends' },
  color: COLOR,
  'give-up-after': GIVE_UP,
  raw: RAW,
};

const WAIT_OPTIONS: Command['options'] = {
  for: { value: 'WHAT', description: 'closed (default), line or bytes' },
  match: { value: 'TEXT', description: 'wait for a line that contains TEXT, and print it' },
  count: { value: 'N', description: 'wait for N lines or bytes (default: 1)' },
  timeout: { value: 'DURATION', description: 'exit with 124 after DURATION (default: never)' },
  create: { description: 'wait also for a stream that does not exist yet' },
  'give-up-after': GIVE_UP,
};

/** Every verb. The help and the option parser read this table. */
export const COMMANDS: readonly VerbCommand[] = [
  { ...SEND, verb: 'send', examples: ['make 2>&1 | stream send http://localhost:3060 build-42'] },
  {
    verb: 'run',
    summary: 'Run a command, show its output and stream it.',
    operands: [],
    takesCommand: true,
    options: {
      id: { value: 'ID', description: "the stream's id (default: a random one)" },
      force: FORCE,
      metadata: {
        value: 'JSON',
        description: "the stream's metadata, an object; exitCode or signal is added at the end",
      },
      'content-type': CONTENT_TYPE,
      ...REDACT_OPTIONS,
      tty: { description: 'give the command a terminal, for its colours and for lines that appear at once' },
      linger: {
        value: 'DURATION',
        description:
          'how long the output of background processes is read after the end of the command (default: until it is quiet for 2 s, at most 10 s)',
      },
      'kill-group': {
        description:
          'give the command a process group of its own, and end what is left of it with the command',
      },
      'give-up-after': GIVE_UP,
    },
    examples: ['stream run --id build-42 http://localhost:3060 -- make test'],
    run,
  },
  {
    verb: 'follow',
    aliases: ['tail', 'logs'],
    summary: 'Write a stream to standard output, live, until it ends.',
    operands: ['ID'],
    options: {
      ...PART_OPTIONS,
      'no-follow': NO_FOLLOW,
      ...FORM_OPTIONS,
      'exit-code': { description: "exit with the exitCode or signal in the stream's metadata" },
      wait: WAIT_FOR,
      'give-up-after': GIVE_UP,
      raw: RAW,
    },
    examples: [
      'stream follow http://localhost:3060 build-42',
      'stream follow -n 20 http://localhost:3060 build-42',
      'stream follow --exit-code --wait 30s http://localhost:3060 build-42',
    ],
    waitsWith: '--wait DURATION',
    run: follow,
  },
  {
    verb: 'cat',
    summary: 'Write what is there of streams to standard output.',
    operands: ['ID…'],
    options: { ...PART_OPTIONS, ...FORM_OPTIONS, 'give-up-after': GIVE_UP, raw: RAW },
    examples: [
      'stream cat http://localhost:3060 build-42',
      'stream cat --since 10m http://localhost:3060 build-42',
    ],
    run: cat,
  },
  {
    verb: 'grep',
    summary: 'Search the lines of streams. Exits with 0 if it finds one, 1 if not, 2 after an error.',
    operands: ['PATTERN', '[ID…]'],
    options: GREP_OPTIONS,
    examples: [
      'stream grep -n -C 3 -i error http://localhost:3060 build-42',
      "stream grep -E 'E[0-9]+:' --prefix build- http://localhost:3060",
    ],
    run: grep,
  },
  {
    verb: 'wait',
    summary: "Wait for a stream to end, and exit with its command's code.",
    operands: ['ID'],
    options: WAIT_OPTIONS,
    examples: [
      'stream wait http://localhost:3060 build-42 && ./deploy',
      "stream wait --match 'listening on' --timeout 30s http://localhost:3060 server-1",
    ],
    waitsWith: '--create',
    run: wait,
  },
  {
    verb: 'digest',
    summary: "Print a stream's outcome, errors, silences and last lines, as Markdown.",
    operands: ['ID'],
    options: {
      json: { description: 'print an object instead' },
      'give-up-after': {
        value: 'DURATION',
        description: 'give up when the server is busy this long, such as 5m (default: never)',
      },
    },
    examples: ['stream digest http://localhost:3060 build-42 >> "$GITHUB_STEP_SUMMARY"'],
    run: digest,
  },
  {
    verb: 'open',
    summary: "Open a stream's web page in the browser.",
    operands: ['ID'],
    options: { print: { description: 'only print its address' } },
    examples: ['stream open http://localhost:3060 build-42'],
    run: open,
  },
  {
    verb: 'ls',
    aliases: ['list'],
    summary: 'List streams, newest first.',
    operands: [],
    options: {
      prefix: PREFIX,
      state: { value: 'STATE', description: 'only streams in this state: open, interrupted or closed' },
      limit: { value: 'N', description: 'show at most N streams (default: 100)' },
      json: { description: 'print one JSON object per line' },
      color: COLOR,
    },
    examples: ['stream ls --state open http://localhost:3060'],
    run: list,
  },
  {
    verb: 'spy',
    summary: 'Watch all active streams at once.',
    operands: [],
    options: {
      prefix: PREFIX,
      from: {
        value: 'start',
        description: 'show active streams from their first byte (default: from now on)',
      },
      color: { description: 'one colour per stream (default: only on a terminal, without NO_COLOR)' },
      'give-up-after': GIVE_UP,
      raw: RAW,
    },
    examples: ['stream spy http://localhost:3060'],
    run: spy,
  },
  ...UPKEEP_VERBS,
];

/** Every word that is a verb. */
export const VERBS: readonly string[] = COMMANDS.flatMap(({ verb, aliases = [] }) => [verb, ...aliases]);
