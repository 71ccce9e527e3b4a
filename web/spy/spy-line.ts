import type { Style } from '../ansi/span';

/** A line of the spy: of a stream, or about it. */
export interface SpyLine {
  /** Rises with each line. */
  readonly key: number;
  readonly id: string;
  /** The colour of the stream: `--stream-<color>`. */
  readonly color: number;
  /** `output`: what the stream has written. The others are about it. */
  readonly kind: 'output' | 'start' | 'end' | 'gap';
  /** A line that is not finished yet grows. */
  text: string;
  /** As much of it as its buffer has counted. */
  counted: number;
  /** With which the text begins: the end of the line before, of the same stream. */
  readonly style: Style;
}

/** An object of `GET /spy` as NDJSON (`docs/loom.md`). */
export type SpyObject =
  | { readonly id: string; readonly text: string }
  | { readonly id: string; readonly event: 'start' }
  | { readonly id: string; readonly event: 'end' }
  | { readonly id: string; readonly event: 'skipped'; readonly bytes: number }
  | {
      readonly id: string;
      readonly event: 'lost';
      readonly lost: { readonly from: number; readonly to: number };
    };
