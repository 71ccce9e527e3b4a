import type { VerbCommand } from './arguments/command';
import { copy } from './copy';
import { doctor } from './doctor';
import { info } from './info';
import { remove } from './remove';
import { top } from './top';

/** The verbs that look after streams and their server. */
export const UPKEEP_VERBS: readonly VerbCommand[] = [
  {
    verb: 'cp',
    summary:
      'Copy a file to a stream, or a stream to a file. The same command continues a copy that was cut.',
    operands: ['FROM', 'TO'],
    copies: true,
    options: {
      force: { description: 'replace the stream, or the file, if it exists' },
      metadata: {
        value: 'JSON',
        description: "to a stream: its metadata, to which the file's sha256 is added",
      },
      'content-type': {
        value: 'TYPE',
        description:
          'to a stream: the media type (default: text/plain for text, otherwise application/octet-stream)',
      },
      check: { description: 'to a stream: read it back and compare (default); --no-check does not' },
      'no-follow': { description: 'to a file: end with what is there now, not with the stream' },
      'give-up-after': {
        value: 'DURATION',
        description: 'give up when the server is unreachable this long, such as 5m (default: never)',
      },
    },
    examples: [
      'stream cp http://localhost:3060 build.log :build-42',
      'stream cp http://localhost:3060/stream/build-42 build.log',
    ],
    run: copy,
  },
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
