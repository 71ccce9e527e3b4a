import type { CommandOption } from './command';

export const GIVE_UP: CommandOption = {
  value: 'DURATION',
  description: 'give up when the server is unreachable this long, such as 5m (default: never)',
};
export const RAW: CommandOption = { description: 'pass all control characters to the terminal' };
export const COLOR: CommandOption = {
  description: 'use colours (default: only on a terminal, without NO_COLOR)',
};
