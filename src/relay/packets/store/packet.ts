/** A message between a client and the upstream, in either direction. */
export interface Packet {
  /** The client that sent it. Absent in one that came from the upstream. */
  readonly from?: string;
  /** Its `X-` headers, as received: name, value, name, value. */
  readonly headers: readonly string[];
  readonly body: Buffer;
}

const LENGTH_BYTES = 4;

/** The stored form of a packet: the length of a head in JSON, the head, and the body as it is. */
export function encodePacket({ from, headers, body }: Packet): Buffer {
  const head = Buffer.from(JSON.stringify({ from, headers }));
  const length = Buffer.alloc(LENGTH_BYTES);
  length.writeUInt32BE(head.length);
  return Buffer.concat([length, head, body]);
}

/** @throws Error for bytes that `encodePacket` did not make */
export function decodePacket(bytes: Buffer): Packet {
  const bodyAt = LENGTH_BYTES + bytes.readUInt32BE(0);
  const head: unknown = JSON.parse(bytes.toString('utf8', LENGTH_BYTES, bodyAt));
  if (typeof head !== 'object' || head === null) throw new Error('Not a packet');
  const headers = 'headers' in head && Array.isArray(head.headers) ? head.headers.map(String) : [];
  const from = 'from' in head && typeof head.from === 'string' ? { from: head.from } : {};
  return { ...from, headers, body: bytes.subarray(bodyAt) };
}
