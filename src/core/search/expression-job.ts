import type { ExpressionHits } from './line-expression';

/** What a thread for expressions does: looks for an expression in one block. */
export interface ExpressionJob {
  readonly source: string;
  readonly ignoreCase: boolean;
  /** They move to the thread and back. */
  readonly block: Uint8Array<ArrayBuffer>;
  /** The index of the line to begin with. */
  readonly from: number;
}

/** What has become of a job. */
export type ExpressionAnswer =
  | {
      readonly kind: 'done';
      readonly hits: ExpressionHits;
      readonly block: Uint8Array<ArrayBuffer>;
      /** The processor time of the thread. */
      readonly ms: number;
    }
  /** It does not compile. */
  | { readonly kind: 'invalid'; readonly reason: string }
  /** It could not be run, for example because it needs too large a stack. */
  | { readonly kind: 'failed'; readonly reason: string };
