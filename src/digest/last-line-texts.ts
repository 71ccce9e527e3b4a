import { concatChunks } from '../core/bytes/concat-chunks';
import type { LogLines } from '../core/lines/log-lines';
import type { LineMark } from '../core/lines/scan-marks';
import type { LogInfo } from '../core/log/log';
import type { LogStore } from '../core/store/store';
import { LINE_BYTES, lineText } from './line-text';
import type { DigestLine } from './log-digest';

const LF = 0x0a;
const LINES_KEPT = 30;

/** The last lines of a log, each in its first bytes. @param count how many lines it has @throws as `LogLines.marks` */
export async function lastLineTexts(
  { store, lines }: { readonly store: LogStore; readonly lines: LogLines },
  info: LogInfo,
  count: number,
  signal: AbortSignal,
): Promise<readonly DigestLine[]> {
  const from = Math.max(1, count - LINES_KEPT + 1);
  const texts: DigestLine[] = [];
  for (const mark of await lines.marks(info, 1, from, signal, LINES_KEPT)) {
    signal.throwIfAborted();
    texts.push(await lineAt(store, info, mark));
  }
  return texts;
}

async function lineAt(store: LogStore, info: LogInfo, { line, offset, at }: LineMark): Promise<DigestLine> {
  // The newline, and one byte more than is shown, so that it is known whether there is more.
  const most = Math.min(LINE_BYTES + 2, info.tail - offset);
  const page = await store.read(info, offset, most);
  const bytes = concatChunks(page.chunks).subarray(0, most);
  const newline = bytes.indexOf(LF);
  const text = lineText(newline < 0 ? bytes : bytes.subarray(0, newline));
  page.release?.();
  return { line, at, ...text };
}
