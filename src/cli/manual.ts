import { checkedChoice } from './arguments/checked-choice';
import type { Invocation } from './arguments/command';
import { EXIT } from './exit-code';
import { type ManualTables, overviewPage, verbPage } from './manual/man-page';
import { type Io, write } from './output/io';

/** Runs `stream manual`: prints the page of `stream`, or of a verb. @returns the exit code */
export async function manual({ operands }: Invocation, tables: ManualTables, io: Io): Promise<number> {
  const [verb] = operands;
  const known = tables.commands.find((command) => command.verb === verb);
  if (verb !== undefined && known === undefined)
    checkedChoice(
      'VERB',
      tables.commands.map((command) => command.verb),
      verb,
    );
  await write(io.stdout, known === undefined ? overviewPage(tables) : verbPage(known, tables));
  return EXIT.ok;
}
