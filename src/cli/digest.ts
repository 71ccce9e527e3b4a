import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { EXIT } from './exit-code';
import type { Io } from './output/io';
import { writeOutput } from './output/write-output';
import { reconnectionOf } from './reconnection';

/** Runs `stream digest`: prints what is worth knowing first of a stream. @returns the exit code */
export async function digest(invocation: Invocation, io: Io): Promise<number> {
  const { flags, operands } = invocation;
  const [id = ''] = operands;
  const form = flags.choice('json') ? 'json' : 'markdown';
  const { giveUpAfterMs } = reconnectionOf(flags, io);
  const text = await clientOf(invocation).digest(id, {
    form,
    ...(giveUpAfterMs !== undefined && { giveUpAfterMs }),
  });
  await writeOutput(piecesOf(Buffer.from(text)), io, 'safe');
  return EXIT.ok;
}

async function* piecesOf(bytes: Uint8Array): AsyncGenerator<Uint8Array, void> {
  yield bytes;
}
