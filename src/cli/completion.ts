import { checkedChoice } from './arguments/checked-choice';
import type { Invocation } from './arguments/command';
import { SHELL_SCRIPTS } from './completion/shell-scripts';
import { EXIT } from './exit-code';
import { type Io, write } from './output/io';

/** Runs `stream completion`. @returns the exit code */
export async function completion({ operands }: Invocation, io: Io): Promise<number> {
  const [shell = ''] = operands;
  await write(io.stdout, SHELL_SCRIPTS[checkedChoice('SHELL', Object.keys(SHELL_SCRIPTS), shell)] ?? '');
  return EXIT.ok;
}
