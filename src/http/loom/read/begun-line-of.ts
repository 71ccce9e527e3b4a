import { type BegunLine, begunLineAt } from '../../../core/lines/begun-line';
import type { LogInfo } from '../../../core/log/log';
import type { Offset } from '../../../core/log/offset';
import type { WireContext } from '../../front/wire';
import type { ReadRequest } from '../parameters/read-request';

interface FormattedStart {
  readonly read: ReadRequest;
  /** Where the answer begins. */
  readonly from: Offset;
  readonly signal: AbortSignal;
}

/** The line whose rest an answer begins with. All starts but an offset and the tail are at the beginning of a line. */
export async function begunLineOf(
  { store }: Pick<WireContext, 'store'>,
  info: LogInfo,
  { read, from, signal }: FormattedStart,
): Promise<BegunLine | undefined> {
  const mayBeWithin = read.start?.kind === 'offset' || (from === info.tail && info.state !== 'closed');
  return mayBeWithin ? begunLineAt(store, info, from, signal) : undefined;
}
