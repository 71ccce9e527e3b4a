import { constants } from 'node:fs';
import { chmod, copyFile, open, truncate } from 'node:fs/promises';
import { type Offset, START } from '../../../core/log/offset';
import { marksWithin, type TimeMark } from '../../../core/log/time-mark';
import { PRIVATE_FILE } from '../../../lmdb/private-mode';
import { WRITE_SIDECAR } from '../disk/sidecar-flags';
import { encodeMarks, RECORD_BYTES } from './mark-records';
import { byEnd, TimesFile } from './times-file';
import { inOrder, type TimesView } from './times-view';

/** Writes the sidecar `to` of a fork that has the first `bytes` of another log. The mark at the end of these is cut there. */
export async function copyTimes(view: TimesView, bytes: Offset, to: string): Promise<void> {
  const { records, rest } = await split(view, bytes);
  if (records > 0) {
    await copyFile(view.path, to, constants.COPYFILE_FICLONE);
    await chmod(to, PRIVATE_FILE);
    await truncate(to, records * RECORD_BYTES);
  }
  await writeRecords(to, records, encodeMarks(rest.flatMap(({ end, at }) => [end, at])));
}

/** Writes records behind the first `records`. If there are none, what is in the file is from another life of the log, and goes. */
export async function writeRecords(path: string, records: number, bytes: Buffer): Promise<void> {
  const flags = WRITE_SIDECAR | (records === 0 ? constants.O_TRUNC : 0);
  const file = await open(path, flags, PRIVATE_FILE);
  try {
    for (let done = 0; done < bytes.length; ) {
      const left = bytes.length - done;
      const { bytesWritten } = await file.write(bytes, done, left, records * RECORD_BYTES + done);
      done += bytesWritten;
    }
  } finally {
    await file.close();
  }
}

/** How many records of the sidecar are copied whole, and the marks that follow them. */
async function split(
  view: TimesView,
  bytes: Offset,
): Promise<{ readonly records: number; readonly rest: readonly TimeMark[] }> {
  const filed = await TimesFile.use(view.path, view.records, async (file) => {
    const first = await file.first(byEnd, bytes);
    const last = await file.lastBefore(first?.index ?? file.records);
    const records = last === undefined ? 0 : last.index + 1;
    return { records, last: last?.mark, first: first?.mark };
  });
  const { records = 0, last, first } = filed ?? {};
  const known = [last, first].filter((mark) => mark !== undefined);
  const rest = marksWithin(inOrder([...known, ...view.newest]), last?.end ?? START, bytes);
  return { records, rest };
}
