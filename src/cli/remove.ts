import { clientOf } from './arguments/client-of';
import type { Invocation } from './arguments/command';
import { EXIT } from './exit-code';

/** Runs `stream rm`. @returns the exit code */
export async function remove(invocation: Invocation): Promise<number> {
  const [id = ''] = invocation.operands;
  await clientOf(invocation).remove(id);
  return EXIT.ok;
}
