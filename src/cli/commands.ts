import type { Command, CommandOption } from './command';
import { follow } from './follow';
import { list } from './list';
import { remove } from './remove';
import { run } from './run';
import { send } from './send';
import { spy } from './spy';

/** Options of every command. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  token: { value: 'TOKEN', description: 'the token to show the server; better given as LOOM_TOKEN' },
  help: { description: 'this text' },
};

const GIVE_UP: CommandOption = {
  value: 'DURATION',
  description: 'how long the server may be away at a stretch, such as 5m; for ever if not given',
};
const FORCE: CommandOption = {
  description: 'replace a stream that exists already; the token must allow produce and delete',
};
const METADATA: CommandOption = { value: 'JSON', description: "the stream's metadata" };
const RAW: CommandOption = { description: 'pass control characters on to the terminal' };
const PREFIX: CommandOption = { value: 'PREFIX', description: 'only streams whose id starts so' };

export const SEND: Command = {
  summary: 'Send standard input to a stream, live.',
  operands: ['ID'],
  options: { force: FORCE, metadata: METADATA, 'give-up-after': GIVE_UP },
  examples: ['make 2>&1 | stream http://localhost:3060 build-42'],
  run: send,
};

/** Every verb. The help text and the parsing of options come from here. */
export const COMMANDS: readonly (Command & { readonly verb: string })[] = [
  {
    verb: 'run',
    summary: 'Run a command, show its output and stream it.',
    operands: [],
    takesCommand: true,
    options: {
      id: { value: 'ID', description: "the stream's id; made up if not given" },
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
      offset: { value: 'N', description: 'begin at byte N' },
      'exit-code': { description: "exit with the code that the stream's metadata tells" },
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
      state: { value: 'STATE', description: 'only those that are open, interrupted or closed' },
      limit: { value: 'N', description: 'at most N; 100 if not given' },
      json: { description: 'one JSON object a line' },
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
      from: { value: 'start', description: 'show active streams from their beginning, not from now on' },
      color: { description: 'a colour for each stream, also with --no-color; on a terminal if not given' },
      raw: RAW,
    },
    examples: ['stream spy http://localhost:3060'],
    run: spy,
  },
];
