import type { LogInfo } from '../../../core/log/log';
import { advance, type Offset, START } from '../../../core/log/offset';
import type { LogStore } from '../../../core/store/store';
import { RequestError } from '../../errors/request-error';

const LF = 0x0a;
const SCAN_BYTES = 64 * 1024;

/** Where messages are complete: `count` boundaries on from `at`, or the first one from there for 0. `undefined`: nowhere. */
export async function findBoundary(
  store: LogStore,
  info: LogInfo,
  at: Offset,
  count = 0,
): Promise<Offset | undefined> {
  if (at === START && count === 0) return START;
  // What ends before `at` is looked at as well, to know whether `at` is a boundary itself.
  let next = count === 0 ? advance(at, -1) : at;
  let left = Math.max(1, count);
  while (next < info.tail) {
    const page = await store.read(info, next, SCAN_BYTES);
    for (const chunk of page.chunks) {
      for (let found = chunk.indexOf(LF); found !== -1; found = chunk.indexOf(LF, found + 1)) {
        left -= 1;
        if (left === 0) return upToTail(advance(next, found + 1), info);
      }
      next = advance(next, chunk.length);
    }
    page.release?.();
  }
  return undefined;
}

/** What was appended since the facts were asked for is not looked at. */
function upToTail(offset: Offset, info: LogInfo): Offset | undefined {
  return offset <= info.tail ? offset : undefined;
}

/** @throws RequestError `PARAMETER_INVALID` for an offset inside of a message, which no answer ever contained */
export async function assertBoundary(
  store: LogStore,
  info: LogInfo,
  at: Offset,
  name: string,
): Promise<void> {
  if (info.framing !== 'json' || at === info.tail || (await findBoundary(store, info, at)) === at) return;
  throw new RequestError('PARAMETER_INVALID', `${name} is inside of a message`);
}
