import type { FollowOptions, LoomClient, OutcomeKind } from '../../client';
import { memberOf } from '../../client/wire/json';
import { ConnectionNotices } from '../output/connection-notices';
import type { Io } from '../output/io';
import { ProgressBar } from '../output/progress-bar';
import { PartFile } from './part-file';

/** What a copy to a file is about. */
export interface CopyToFile {
  readonly client: LoomClient;
  readonly id: string;
  readonly path: string;
  readonly options: Pick<FollowOptions, 'giveUpAfterMs' | 'follow'>;
  readonly stop: AbortSignal;
}

/** What was copied. */
export interface CopiedFile {
  readonly bytes: number;
  readonly sha256: string;
  /** Whether the stream's metadata has the same SHA-256. */
  readonly isConfirmed: boolean;
  /** Absent if the stream is still open. */
  readonly outcome?: OutcomeKind;
}

/** Copies a stream to a file, until it ends. A copy that was cut continues at the end of its part. @throws LoomClientError; an error of the file; the signal's reason */
export async function copyToFile(copy: CopyToFile, io: Io): Promise<CopiedFile> {
  const { client, id, path, options, stop } = copy;
  const { generation, bytes, state } = await client.head(id, { signal: stop });
  const part = new PartFile(path);
  await part.open({ url: client.urlOf(id), generation });
  const isWhole = state !== 'open' || options.follow === false;
  const bar = new ProgressBar(io, { done: () => part.size, total: isWhole ? bytes : undefined });
  const notices = new ConnectionNotices(bar.io, undefined, {
    canGiveUp: options.giveUpAfterMs === undefined,
  });
  try {
    const following = client.follow(id, {
      ...options,
      offset: part.size,
      ...(generation !== undefined && { generation }),
      signal: stop,
      onEvent: notices.onEvent,
    });
    for await (const piece of following) await part.write(piece, following.offset - piece.length);
    const { outcome, metadata } = following.end ?? {};
    if (outcome === 'replaced' || outcome === 'deleted') {
      await part.discard();
      throw new Error(`the stream was ${outcome} while it was copied`);
    }
    return await finish(part, { wanted: memberOf(metadata, 'sha256'), outcome });
  } finally {
    notices.end();
    bar.end();
    await part.close();
  }
}

async function finish(
  part: PartFile,
  { wanted, outcome }: { readonly wanted: unknown; readonly outcome: OutcomeKind | undefined },
): Promise<CopiedFile> {
  const sha256 = await part.digest();
  // A stream that is not complete is not the file of which the hash is.
  const isComparable = typeof wanted === 'string' && outcome === 'complete';
  if (isComparable && wanted.toLowerCase() !== sha256) {
    await part.discard();
    throw new Error(`the SHA-256 of the bytes is ${sha256}, and that in the metadata is ${wanted}`);
  }
  await part.finish();
  return { bytes: part.size, sha256, isConfirmed: isComparable, ...(outcome !== undefined && { outcome }) };
}
