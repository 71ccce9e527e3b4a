import { macro, roffText, term, verbatim } from '../../words/roff';
import { type Command, type CommandOption, usageOf, type VerbCommand } from '../arguments/command';

/** The tables of the command line, and what the pages say beside them. */
export interface ManualTables {
  readonly commands: readonly VerbCommand[];
  /** `stream URL ID`. */
  readonly send: Command;
  readonly common: Command['options'];
  readonly environment: readonly (readonly [name: string, description: string])[];
  readonly exitCodes: readonly (readonly [code: string, description: string])[];
  readonly version: string;
}

/** Renders the page of `stream`. */
export function overviewPage(tables: ManualTables): string {
  const { commands, send, environment, exitCodes } = tables;
  return [
    heading('stream', tables.version),
    macro('SH', 'NAME'),
    `stream \\- ${roffText('send, follow, search and look after log streams of a Loom server')}\n`,
    synopsis([usageOf(send), 'stream VERB [OPTIONS] …']),
    macro('SH', 'DESCRIPTION'),
    `${roffText('Without a verb, stream sends its standard input to a stream, live. The URL is that of the server, such as http://localhost:3060; it may be omitted if LOOM_URL is set. The URL of a stream stands for URL and ID.')}\n`,
    macro('SH', 'VERBS'),
    ...commands.map(({ verb, aliases = [], summary }) =>
      term([verb, ...aliases].join(', '), `${summary} See stream-${verb}(1).`),
    ),
    optionsOf(send, tables.common),
    macro('SH', 'ENVIRONMENT'),
    ...environment.map((row) => term(...row)),
    macro('SH', 'EXIT STATUS'),
    ...exitCodes.map((row) => term(...row)),
    examplesOf(send),
  ].join('');
}

/** Renders the page of one verb. */
export function verbPage(command: VerbCommand, { common, version }: ManualTables): string {
  const { verb, aliases = [], summary } = command;
  const also = aliases.length === 0 ? '' : `\nAlso: ${aliases.map((alias) => `stream ${alias}`).join(', ')}.`;
  return [
    heading(`stream-${verb}`, version),
    macro('SH', 'NAME'),
    `${roffText(`stream-${verb}`)} \\- ${roffText(summary.replace(/\.$/, ''))}\n`,
    synopsis([usageOf(command)]),
    macro('SH', 'DESCRIPTION'),
    `${(summary + also).split('\n').map(roffText).join('\n.PP\n')}\n`,
    optionsOf(command, common),
    examplesOf(command),
    macro('SH', 'SEE ALSO'),
    `${macro('BR', 'stream', '(1)')}`,
  ].join('');
}

function heading(name: string, version: string): string {
  return macro('TH', name.toUpperCase(), '1', '', `loom ${version}`, 'Loom');
}

function synopsis(usages: readonly string[]): string {
  return macro('SH', 'SYNOPSIS') + usages.map((usage) => macro('B', usage)).join('.br\n');
}

function optionsOf({ options }: Command, common: Command['options']): string {
  const rows = Object.entries({ ...options, ...common }).map(([name, option]) =>
    term(flagOf(name, option), option.description),
  );
  return macro('SH', 'OPTIONS') + rows.join('');
}

function flagOf(name: string, { short, value }: CommandOption): string {
  const long = value === undefined ? `--${name}` : `--${name} ${value}`;
  return short === undefined ? long : `-${short}, ${long}`;
}

function examplesOf({ examples }: Command): string {
  return macro('SH', 'EXAMPLES') + verbatim(examples);
}
