const RECORDS_OF_BATCH = 1;
const BODY_OF_RECORD = 4;
const BYTES = 2;
const NOTHING_THERE_YET = 416;

/** Reads all records of a stream, page after page, in protobuf. @returns their bodies */
export async function readBodies(url, headers) {
  const bodies = [];
  for (;;) {
    const response = await fetch(`${url}?seq_num=${bodies.length}`, {
      headers: { ...headers, Accept: 'application/protobuf' },
    });
    const page = Buffer.from(await response.arrayBuffer());
    if (response.status === NOTHING_THERE_YET) return bodies;
    if (!response.ok) throw new Error(`reading was answered with status ${response.status}: ${page}`);
    const records = valuesOf(page, RECORDS_OF_BATCH);
    if (records.length === 0) return bodies;
    for (const record of records) bodies.push(valuesOf(record, BODY_OF_RECORD)[0]);
  }
}

/** The values of one field of a message of protobuf, such as these have: varints, and what has a length. */
function valuesOf(message, wanted) {
  const values = [];
  for (let at = 0; at < message.length; ) {
    const [tag, afterTag] = varint(message, at);
    const [value, after] = varint(message, afterTag);
    const hasLength = (tag & 7) === BYTES;
    if (tag >> 3 === wanted) values.push(hasLength ? message.subarray(after, after + value) : value);
    at = hasLength ? after + value : after;
  }
  return values;
}

function varint(message, from) {
  let value = 0;
  for (let at = from, factor = 1; ; at++, factor *= 128) {
    value += (message[at] & 127) * factor;
    if (message[at] < 128) return [value, at + 1];
  }
}
