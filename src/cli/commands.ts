import { STREAM_STATES } from '../client/wire/stream-state';
import type { Command, CommandOption, VerbCommand } from './arguments/command';
import { FORM_OPTIONS, PART_OPTIONS } from './arguments/read-flags';
import { COLOR, GIVE_UP, RAW } from './arguments/shared-options';
import { cat } from './cat';
import { completion } from './completion';
import { SHELL_SCRIPTS } from './completion/shell-scripts';
import { ENVIRONMENT } from './environment';
import { EXIT_WORDS } from './exit-words';
import { follow } from './follow';
import { list } from './list';
import { manual } from './manual';
import type { ManualTables } from './manual/man-page';
import { open } from './open';
import { packageVersion } from './package-version';
import { REDACT_OPTIONS } from './redact/redaction';
import { run } from './run';
import { SEARCH_VERBS } from './search-verbs';
import { send } from './send';
import { spy } from './spy';
import { UPKEEP_VERBS } from './upkeep-verbs';

/** The options that every command has. */
export const COMMON_OPTIONS: Readonly<Record<string, CommandOption>> = {
  token: { value: 'TOKEN', description: 'the access token; LOOM_TOKEN keeps it out of process lists' },
  profile: { value: 'NAME', description: 'a profile of loom/cli.yaml: its server, token and options' },
  help: { short: 'h', description: 'print this help' },
};

/** The options of `stream` without a verb, beside those of `send`. */
export const OVERVIEW_OPTIONS: Readonly<Record<string, CommandOption>> = {
  version: { short: 'v', description: 'print the version' },
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
const PREFIX: CommandOption = { value: 'PREFIX', description: 'only streams whose id begins with PREFIX' };

const NO_FOLLOW: CommandOption = { description: 'end with what is there now' };

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
          'how long the output of background processes is read after the end of the command (default: 10s)',
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
  ...SEARCH_VERBS,
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
      state: {
        value: 'STATE',
        choices: STREAM_STATES,
        description: 'only streams in this state: open, interrupted or closed',
      },
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
        choices: ['start', 'now'],
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
  {
    verb: 'completion',
    summary: 'Print the completion of stream for a shell: bash, zsh or fish.',
    operands: ['SHELL'],
    operandChoices: [Object.keys(SHELL_SCRIPTS)],
    isLocal: true,
    options: {},
    examples: ['eval "$(stream completion bash)"', 'stream completion fish | source'],
    run: completion,
  },
  {
    verb: 'manual',
    summary: 'Print the manual page of stream, or of a verb.',
    operands: ['[VERB]'],
    isLocal: true,
    options: {},
    examples: ['stream manual run | man -l -'],
    run: (invocation, io) => manual(invocation, manualTables(), io),
  },
];

/** Every word that is a verb. */
export const VERBS: readonly string[] = COMMANDS.flatMap(({ verb, aliases = [] }) => [verb, ...aliases]);

/** What the manual pages are made from. */
function manualTables(): ManualTables {
  return {
    commands: COMMANDS,
    send: SEND,
    common: COMMON_OPTIONS,
    environment: ENVIRONMENT,
    exitCodes: EXIT_WORDS,
    version: packageVersion(),
  };
}
