import fc from 'fast-check';
import { ReplyError } from '../../src/redis/resp/reply-error';
import { Bulk, type Reply, ReplyReader } from '../../src/redis/resp/reply-reader';

const { tree } = fc.letrec<{ tree: Reply }>((tie) => ({
  tree: fc.oneof(
    { maxDepth: 3 },
    fc.string({ unit: 'grapheme', maxLength: 20 }),
    fc.integer(),
    fc.constant(null),
    fc.stringMatching(/^ERR [a-z ]{0,20}$/).map((message) => new ReplyError(message)),
    fc.array(tie('tree'), { maxLength: 4 }),
  ),
}));

describe('ReplyReader', () => {
  it('the replies are the same, however the bytes are cut', () => {
    fc.assert(
      fc.property(
        fc.array(tree, { maxLength: 5 }),
        fc.array(fc.nat(), { maxLength: 12 }),
        (replies, cuts) => {
          const bytes = Buffer.concat(replies.map(encodeReply));
          const edges = [
            0,
            ...cuts.map((cut) => cut % (bytes.length + 1)).sort((a, b) => a - b),
            bytes.length,
          ];
          const read: Reply[] = [];
          const reader = new ReplyReader((reply) => read.push(reply));
          for (const [i, edge] of edges.slice(1).entries()) reader.push(bytes.subarray(edges[i], edge));
          expect(read.map(toPlain)).toEqual(replies);
        },
      ),
    );
  });

  it('missing lists, words and binary strings are read', () => {
    const read: Reply[] = [];
    const binary = Buffer.from([0x0d, 0x0a, 0x00, 0xff, 0x0d]);
    const reader = new ReplyReader((reply) => read.push(reply));
    const bytes = Buffer.concat([Buffer.from('*-1\r\n+OK\r\n*0\r\n$5\r\n'), binary, Buffer.from('\r\n')]);
    for (const byte of bytes) reader.push(Buffer.from([byte]));
    expect(read.slice(0, 3)).toEqual([null, 'OK', []]);
    const [, , , bulk] = read;
    expect(bulk instanceof Bulk && Buffer.concat(bulk.parts).equals(binary)).toBe(true);
  });

  it('bytes that are not a reply are refused', () => {
    const reader = new ReplyReader(() => {});
    expect(() => reader.push(Buffer.from('HTTP/1.1 400 Bad Request\r\n'))).toThrow(
      'not a reply: "HTTP/1.1 400',
    );
  });
});

function encodeReply(reply: Reply): Buffer {
  if (reply === null) return Buffer.from('$-1\r\n');
  if (typeof reply === 'number') return Buffer.from(`:${reply}\r\n`);
  if (typeof reply === 'string') return Buffer.from(`$${Buffer.byteLength(reply)}\r\n${reply}\r\n`);
  if (reply instanceof Bulk) return encodeReply(reply.toString());
  if (reply instanceof ReplyError) return Buffer.from(`-${reply.message}\r\n`);
  return Buffer.concat([Buffer.from(`*${reply.length}\r\n`), ...reply.map(encodeReply)]);
}

/** Joins the parts of strings. */
function toPlain(reply: Reply): Reply {
  if (reply instanceof Bulk) return reply.toString();
  return Array.isArray(reply) ? reply.map(toPlain) : reply;
}
