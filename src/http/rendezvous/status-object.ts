import type { RendezvousStatus } from '../../relay/rendezvous/rendezvous-queues';

/** A stream as the wire shows it. */
export function statusObject(status: RendezvousStatus): object {
  const { id, createdAt, deactivatedAt, state, error, headers, bytes } = status;
  return {
    id,
    created_at: new Date(createdAt).toISOString(),
    ...(deactivatedAt !== undefined && { deactivated_at: new Date(deactivatedAt).toISOString() }),
    state,
    active: deactivatedAt === undefined,
    ...(error !== undefined && { error: { name: error.name, message: error.message } }),
    download_headers: headers.download,
    upload_headers: headers.upload,
    bytes_transferred: bytes,
  };
}
