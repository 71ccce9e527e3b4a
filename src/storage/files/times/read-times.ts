import type { Offset } from '../../../core/log/offset';
import { marksWithin, offsetOfTime, type TimeMark } from '../../../core/log/time-mark';
import { byEnd, byTime, TimesFile } from './times-file';
import { inOrder, type TimesView } from './times-view';

/** The marks of the bytes in `[from, until)`. */
export async function readTimes(view: TimesView, from: Offset, until: Offset): Promise<readonly TimeMark[]> {
  const filed = await useFile(view, async (file) => {
    const first = await file.first(byEnd, from + 1);
    if (first !== undefined) return file.from(first.index, until);
    const last = await file.lastBefore(file.records);
    return last === undefined ? [] : [last.mark];
  });
  return marksWithin(inOrder([...filed, ...view.newest]), from, until);
}

/** Where the first mark at `at` or later begins; where the last one ends if there is none. */
export async function searchTime(view: TimesView, at: number): Promise<Offset> {
  const filed = await useFile(view, async (file) => {
    const first = await file.first(byTime, at);
    const before = await file.lastBefore(first?.index ?? file.records);
    return [before, first].flatMap((found) => (found === undefined ? [] : [found.mark]));
  });
  return offsetOfTime(inOrder([...filed, ...view.newest]), at);
}

async function useFile(
  { path, records }: TimesView,
  action: (file: TimesFile) => Promise<TimeMark[]>,
): Promise<readonly TimeMark[]> {
  if (records === 0) return [];
  return (await TimesFile.use(path, records, action)) ?? [];
}
