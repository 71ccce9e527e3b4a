import type { Command, VerbCommand } from './arguments/command';
import { COLOR, GIVE_UP, RAW } from './arguments/shared-options';
import { digest } from './digest';
import { grep } from './grep';
import { wait } from './wait';

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
  for: {
    value: 'WHAT',
    choices: ['closed', 'line', 'bytes'],
    description: 'closed (default), line or bytes',
  },
  match: { value: 'TEXT', description: 'wait for a line that contains TEXT, and print it' },
  count: { value: 'N', description: 'wait for N lines or bytes (default: 1)' },
  timeout: { value: 'DURATION', description: 'exit with 124 after DURATION (default: never)' },
  create: { description: 'wait also for a stream that does not exist yet' },
  'give-up-after': GIVE_UP,
};

/** The verbs that look for something in streams. */
export const SEARCH_VERBS: readonly VerbCommand[] = [
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
];
