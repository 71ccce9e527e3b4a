import { macro, roffText, term, verbatim } from '../words/roff';
import { ABOUT_SETTINGS, COMMANDS, optionRows, settingRow, USAGES } from './help';
import { SETTINGS } from './settings';

const DESCRIPTION =
  'A server of log streams: whatever is sent to a stream is stored while it arrives, and every reader gets all of it, from any byte on and live.';

const EXIT_STATUS: readonly (readonly [string, string])[] = [
  ['0', 'the server stopped gracefully, or the command is done'],
  ['1', 'the server cannot start, or did not stop as it should'],
  ['2', 'the command line is wrong'],
  ['130, 143', 'a second SIGINT or SIGTERM ended the stop early'],
];

const EXAMPLES: readonly string[] = [
  'loom --store ./data',
  'LOOM_TOKENS=6f1ed002ab5595859014ebf0951522d9 loom --host 0.0.0.0',
  'loom recover --store ./data',
  'loom backup /backups/2026-12-01 --store ./data',
];

/** Renders the manual page of `loom`, from the tables of its help. */
export function manualPage(version: string): string {
  return [
    macro('TH', 'LOOM', '1', '', `loom ${version}`, 'Loom'),
    // The default of a setting may be too long for a line that is adjusted.
    '.ad l\n',
    macro('SH', 'NAME'),
    `loom \\- ${roffText('persistent, tailable log streams over HTTP')}\n`,
    macro('SH', 'SYNOPSIS'),
    USAGES.map((usage) => macro('B', usage)).join('.br\n'),
    section('DESCRIPTION', `${roffText(DESCRIPTION)}\n`),
    section('COMMANDS', ...COMMANDS.map((row) => term(...row))),
    section('OPTIONS', ...optionRows().map(([name, description]) => term(name.trim(), description))),
    section(
      'SETTINGS',
      ABOUT_SETTINGS.map((text) => `${roffText(text)}\n`).join('.PP\n'),
      ...SETTINGS.map((setting) => term(...settingRow(setting))),
    ),
    section('EXIT STATUS', ...EXIT_STATUS.map((row) => term(...row))),
    section('EXAMPLES', verbatim(EXAMPLES)),
    section('SEE ALSO', macro('BR', 'stream', '(1)')),
  ].join('');
}

function section(name: string, ...parts: readonly string[]): string {
  return macro('SH', name) + parts.join('');
}
