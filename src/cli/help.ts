import type { Command, CommandOption } from './arguments/command';
import { COMMANDS, COMMON_OPTIONS, SEND } from './commands';

const ENVIRONMENT = `Environment:
  LOOM_URL    the server's URL; the command line may then omit it
  LOOM_TOKEN  the access token
  NO_COLOR    if set, no colours without --color
`;

/** Renders `stream --help`. */
export function overview(): string {
  const verbs = COMMANDS.map(({ verb, summary }) => `  ${verb.padEnd(10)}  ${summary}\n`).join('');
  return `${helpOf(SEND)}
Verbs (stream VERB --help has details):
${verbs}
${ENVIRONMENT}`;
}

export function helpOf(command: Command): string {
  const options = Object.entries({ ...command.options, ...COMMON_OPTIONS });
  const version: [string, CommandOption][] =
    command.verb === undefined ? [['version', { description: 'print the version' }]] : [];
  return `${command.summary}

Usage:
  ${usageOf(command)}

Options:
${[...options, ...version].map(optionLine).join('')}
Example:
${command.examples.map((example) => `  ${example}\n`).join('')}`;
}

export function usageOf({ verb, operands, takesCommand }: Command): string {
  const words = [
    'stream',
    verb,
    '[OPTIONS]',
    '[URL]',
    ...operands,
    takesCommand ? '-- COMMAND [ARGUMENT…]' : undefined,
  ];
  return words.filter((word) => word !== undefined).join(' ');
}

function optionLine([name, { value, short, description }]: [string, CommandOption]): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  const flag = short === undefined ? long : `-${short}, ${long}`;
  return `  ${flag.padEnd(24)}  ${description}\n`;
}
