import { lowerBound } from '../../../core/log/lower-bound';
import type { Offset } from '../../../core/log/offset';
import { marksWithin, offsetOfTime, type TimeMark } from '../../../core/log/time-mark';
import type { MarksRun, RecentTimes } from './recent-times';
import { byEnd, byTime, TimesFile } from './times-file';
import { inOrder, type TimesView } from './times-view';

const NO_RUN: MarksRun = { marks: [], isEnd: true };

/** The marks of the bytes in `[from, until)`. */
export async function readTimes(
  view: TimesView,
  from: Offset,
  until: Offset,
  recent: RecentTimes,
): Promise<readonly TimeMark[]> {
  const { records, newest } = view;
  const filed =
    records === 0 ? NO_RUN : await recent.read(view, from, until, () => readRun(view, from, until));
  return marksWithin(inOrder([...within(filed.marks, from, until), ...newest]), from, until);
}

async function readRun({ path, records }: TimesView, from: Offset, until: Offset): Promise<MarksRun> {
  const run = await TimesFile.use(path, records, async (file) => {
    const first = await file.first(byEnd, from + 1);
    if (first !== undefined) return file.from(first.index, until);
    const last = await file.lastBefore(file.records);
    return { marks: last === undefined ? [] : [last.mark], isEnd: true };
  });
  return run ?? NO_RUN;
}

/** The marks that `marksWithin` needs, and the one before them: the others of a run are many. */
function within(marks: readonly TimeMark[], from: Offset, until: Offset): readonly TimeMark[] {
  const first = lowerBound(marks.length, (i) => (marks[i]?.end ?? 0) > from);
  const last = lowerBound(marks.length, (i) => (marks[i]?.end ?? 0) >= until);
  return marks.slice(Math.max(0, first - 1), last + 1);
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
