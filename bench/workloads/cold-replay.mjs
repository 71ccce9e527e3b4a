import { ingestOne } from './ingest.mjs';
import { replay } from './replay.mjs';

/** The bulk stream, when its bytes have left the memory of the machine: the page cache, or the Redis that had them. */
export async function coldReplay(session) {
  const { server } = session;
  if (server.chill === undefined) return { skip: 'it has no store outside of its process' };
  if (session.bulkId === undefined) await ingestOne(session);
  await server.chill();
  return replay(1)(session);
}
