import type { Marker } from '../../src/markers/marker';
import type { Span } from '../ansi/span';

/** One line of a log, ready to be shown. The same object as long as the line looks the same. */
export interface LogLine {
  /** From 1. */
  readonly number: number;
  /** Of its first byte. */
  readonly offset: number;
  /** Without its LF. Of a line that is longer than what was loaded of it: undefined. */
  readonly byteLength: number | undefined;
  /** Unix milliseconds. */
  readonly time: number | undefined;
  /** What is visible of it: the text of all spans except notes. At most 4,096 characters. */
  readonly text: string;
  readonly spans: readonly Span[];
  /** There is more of it: see `LogSource.whole`. */
  readonly cut: boolean;
  /** Its LF is not there yet. */
  readonly unfinished: boolean;
  /** What it says about folds and annotations, in their order. Almost always empty. */
  readonly markers: readonly Marker[];
}
