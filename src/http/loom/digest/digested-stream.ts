import type { LogInfo } from '../../../core/log/log';
import type { LogDigest } from '../../../digest/log-digest';

/** A stream and its digest, as both forms of the answer need them. */
export interface DigestedStream {
  readonly info: LogInfo;
  readonly digest: LogDigest;
  /** The address of the stream, without a slash at the end. */
  readonly url: string;
  /** How long the stream took, or has taken until now, in milliseconds. */
  readonly ms: number;
}

/** The link to a line on the page of the stream. */
export function lineLink({ url }: DigestedStream, line: number): string {
  return `${url}#L${line}`;
}
