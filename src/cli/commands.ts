import type { Command, CommandOption } from './command';
import { follow } from './follow';
import { list } from './list';
import { remove } from './remove';
import { run } from './run';
import { send } from './send';
import { spy } from './spy';

/** The options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  token: { value: 'TOKEN', description: 'the access token; LOOM_TOKEN keeps it out of process lists' },
  help: { description: 'print this help' },
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
const RAW: CommandOption = { description: 'pass all control characters to the terminal' };
const PREFIX: CommandOption = { value: 'PREFIX', description: 'only streams whose id begins with PREFIX' };

export const SEND: Command = {
  summary: 'Send standard input to a stream, live.',
  operands: ['ID'],
  options: { force: FORCE, metadata: METADATA, 'give-up-after': GIVE_UP },
  examples: ['make 2>&1 | stream http://localhost:3060 build-42'],
  run: send,
};

/** Every verb. The help and the option parser read this table. */
export const COMMANDS: readonly (Command & { readonly verb: string })[] = [
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
      'give-up-after': GIVE_UP,
    },
    examples: ['stream run --id build-42 http://localhost:3060 -- make test'],
    run,
  },
  {
    verb: 'follow',
    summary: 'Write a stream to standard output, live, until it ends.',
    operands: ['ID'],
    options: {
      offset: { value: 'N', description: 'begin at byte N (default: 0)' },
      'exit-code': { description: "exit with the exitCode or signal in the stream's metadata" },
      'give-up-after': GIVE_UP,
      raw: RAW,
    },
    examples: [
      'stream follow http://localhost:3060 build-42',
      'stream follow --exit-code http://localhost:3060 build-42',
    ],
    run: follow,
  },
  {
    verb: 'ls',
    summary: 'List streams, newest first.',
    operands: [],
    options: {
      prefix: PREFIX,
      state: { value: 'STATE', description: 'only streams in this state: open, interrupted or closed' },
      limit: { value: 'N', description: 'show at most N streams (default: 100)' },
      json: { description: 'print one JSON object per line' },
    },
    examples: ['stream ls --state open http://localhost:3060'],
    run: list,
  },
  {
    verb: 'rm',
    summary: 'Delete a stream.',
    operands: ['ID'],
    options: {},
    examples: ['stream rm http://localhost:3060 build-42'],
    run: remove,
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
      raw: RAW,
    },
    examples: ['stream spy http://localhost:3060'],
    run: spy,
  },
];
