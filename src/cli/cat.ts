import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { formOf, partOf } from './arguments/read-flags';
import { EXIT } from './exit-code';
import { errorText } from './output/error-text';
import { type Io, isBrokenPipe, say } from './output/io';
import { reconnectionOf } from './reconnection';
import { showStream } from './show-stream';

/** Runs `stream cat`: writes what is there of each stream, one after the other. @returns the exit code */
export async function cat(invocation: Invocation, io: Io): Promise<number> {
  const { flags, operands } = invocation;
  const client = clientOf(invocation);
  const shown = {
    form: formOf(flags),
    isRaw: flags.choice('raw') === true,
    options: { ...partOf(flags), ...reconnectionOf(flags, io), follow: false },
  };
  let code: number = EXIT.ok;
  for (const id of operands) {
    try {
      const { losses } = await showStream(
        client,
        id,
        { ...shown, ...(operands.length > 1 && { label: id }) },
        io,
      );
      if (losses.length > 0) code = EXIT.lost;
    } catch (error) {
      // One stream that cannot be read does not hide the others.
      if (operands.length === 1 || isBrokenPipe(error)) throw error;
      say(io, errorText(error));
      code = EXIT.failed;
    }
  }
  return code;
}
