import type { Moment } from './moment';

/** Where a read begins. */
export type PartStart =
  /** At this byte; negative: so many bytes before the committed end. */
  | { readonly offset: number }
  /** At this line, from 1. */
  | { readonly line: number }
  /** At the last so many lines; 0: at the committed end. */
  | { readonly tail: number }
  /** At the first line of this time or later. */
  | { readonly since: Moment };

/** The part of a stream that is read. Default: all of it. */
export interface ReadPart {
  /** Default: the first byte. */
  readonly from?: PartStart;
  /** Ends before the first line whose time is later. On an open stream, a time in the future is waited for. */
  readonly until?: Moment;
  /** Ends after so many lines. */
  readonly lines?: number;
  /** Whether to go on with what is still to come. Default `true`. */
  readonly follow?: boolean;
}
