import type { VerbCommand } from './arguments/command';
import { doctor } from './doctor';
import { info } from './info';
import { remove } from './remove';
import { top } from './top';

/** The verbs that look after streams and their server. */
export const UPKEEP_VERBS: readonly VerbCommand[] = [
  {
    verb: 'info',
    summary: 'Describe a stream.',
    operands: ['ID'],
    options: { json: { description: 'print a JSON object' } },
    examples: ['stream info http://localhost:3060 build-42'],
    run: info,
  },
  {
    verb: 'rm',
    aliases: ['delete'],
    summary: 'Delete a stream, or all with a prefix.',
    operands: ['[ID]'],
    options: {
      prefix: { value: 'PREFIX', description: 'delete the streams whose id begins with PREFIX' },
      'older-than': {
        value: 'DURATION',
        description: 'with --prefix: only those that did not change for this long, such as 7d',
      },
      force: { description: 'with --prefix: also those that are still open' },
      'dry-run': { description: 'only print what would be deleted' },
    },
    examples: [
      'stream rm http://localhost:3060 build-42',
      'stream rm --prefix build- --older-than 7d --dry-run http://localhost:3060',
    ],
    run: remove,
  },
  {
    verb: 'top',
    summary: 'Show which open streams grow fastest: live on a terminal, otherwise once.',
    operands: [],
    options: {
      prefix: { value: 'PREFIX', description: 'only streams whose id begins with PREFIX' },
      limit: { value: 'N', description: 'show at most N streams (default: 20; on a terminal, what fits)' },
      interval: { value: 'DURATION', description: 'compare the sizes after this time (default: 2s)' },
      color: { description: 'use colours (default: only on a terminal, without NO_COLOR)' },
    },
    examples: ['stream top http://localhost:3060'],
    run: top,
  },
  {
    verb: 'doctor',
    summary: 'Examine the server: its version, its clock, what the token allows, and its store.',
    operands: [],
    options: {},
    examples: ['stream doctor http://localhost:3060'],
    run: doctor,
  },
];
