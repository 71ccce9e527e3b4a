import { helpCommand, helpParagraph, helpRow } from '../words/help-layout';
import { type Command, type CommandOption, usageOf } from './arguments/command';
import { COMMANDS, COMMON_OPTIONS, OVERVIEW_OPTIONS, SEND } from './commands';
import { ENVIRONMENT } from './environment';

const VERB_COLUMN = 10;
const OPTION_COLUMN = 24;
const VARIABLE_COLUMN = 12;

/** Renders `stream --help`. @param width of a line */
export function overview(width: number): string {
  const verbs = COMMANDS.map(({ verb, summary, aliases = [] }) =>
    helpRow(verb, aliases.length === 0 ? summary : `${summary} Also: ${aliases.join(', ')}.`, {
      names: VERB_COLUMN,
      width,
    }),
  ).join('');
  const variables = ENVIRONMENT.map((row) => helpRow(...row, { names: VARIABLE_COLUMN, width })).join('');
  return `${helpOf(SEND, width)}
Verbs (stream VERB --help has details):
${verbs}
${helpParagraph('The URL is that of the server, such as http://localhost:3060 or localhost:3060. The URL of a stream, as its page has it, stands for URL and ID.', width)}
Environment:
${variables}`;
}

/** Renders the help of one verb. @param width of a line */
export function helpOf(command: Command, width: number): string {
  const { summary, examples, aliases = [], verb } = command;
  const options = Object.entries({
    ...command.options,
    ...COMMON_OPTIONS,
    ...(verb === undefined && OVERVIEW_OPTIONS),
  });
  const also =
    aliases.length === 0 ? '' : `\nAlso: ${aliases.map((alias) => `stream ${alias}`).join(', ')}\n`;
  return `${helpParagraph(summary, width)}
Usage:
  ${helpParagraph(usageOf(command), width - 2, '    ')}${also}
Options:
${options.map((option) => optionRow(option, width)).join('')}
Example:
${examples.map((example) => helpCommand(example, width)).join('')}`;
}

function optionRow([name, { value, short, description }]: [string, CommandOption], width: number): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  const flag = short === undefined ? long : `-${short}, ${long}`;
  return helpRow(flag, description, { names: OPTION_COLUMN, width });
}
