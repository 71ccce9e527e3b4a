import { parseAppendHead } from '../../../src/http/durable/headers/append-head';
import { nextCursor } from '../../../src/http/durable/headers/cursor';
import { parseExpiry, renderExpiry } from '../../../src/http/durable/headers/expiry-headers';
import { isText } from '../../../src/http/durable/headers/media-type';
import { parseProducer } from '../../../src/http/durable/headers/producer-headers';
import { parseFork } from '../../../src/http/durable/write/fork';
import { declaredContentType, essence } from '../../../src/http/headers/stored-content-type';

const producer = (id: string, epoch: string, sequence: string) => ({
  'producer-id': id,
  'producer-epoch': epoch,
  'producer-seq': sequence,
});

describe('the request headers of /v1/stream', () => {
  it('a producer is named by three headers or by none', () => {
    expect(parseProducer({})).toBeUndefined();
    expect(parseProducer(producer('a', '0', '9007199254740991'))).toEqual({
      id: 'a',
      epoch: 0,
      sequence: Number.MAX_SAFE_INTEGER,
    });
    for (const bad of ['', '-1', '1.0', '1e3', ' 1', '0x1', '9007199254740992']) {
      expect(() => parseProducer(producer('a', bad, '0'))).toThrow('Producer-Epoch');
      expect(() => parseProducer(producer('a', '0', bad))).toThrow('Producer-Seq');
    }
    expect(() => parseProducer({ 'producer-id': 'a' })).toThrow('together');
    expect(() => parseProducer(producer('', '0', '0'))).toThrow('Producer-Id');
    expect(() => parseProducer(producer('a'.repeat(257), '0', '0'))).toThrow('Producer-Id');
  });

  it('Stream-Closed closes with `true` in upper or lower case, and with nothing else', () => {
    for (const value of ['true', 'TRUE', 'True'])
      expect(parseAppendHead({ 'stream-closed': value }).closes).toBe(true);
    for (const value of ['', 'yes', '1', 'false', ' true']) {
      expect(parseAppendHead({ 'stream-closed': value }).closes).toBe(false);
    }
  });

  it('Stream-TTL and Stream-Expires-At have one valid form each, and exclude each other', () => {
    expect(parseExpiry({ 'stream-ttl': '3600' })).toEqual({ kind: 'idle', ttlMs: 3_600_000 });
    expect(parseExpiry({ 'stream-expires-at': '2030-01-02T03:04:05+01:00' })).toEqual({
      kind: 'at',
      at: Date.UTC(2030, 0, 2, 2, 4, 5),
    });
    for (const ttl of ['', '01', '+1', '1.0', '1e3', '-1', ' 1', '999999999999']) {
      expect(() => parseExpiry({ 'stream-ttl': ttl })).toThrow('Stream-TTL');
    }
    expect(parseExpiry({ 'stream-expires-at': '9999-12-31T23:59:59.999Z' })).toBeDefined();
    for (const at of [
      '',
      'tomorrow',
      '2030-01-02',
      '2030-13-02T03:04:05Z',
      '1893553445',
      '2027-02-30T00:00:00Z',
      '2030-01-01T24:00:00Z',
      '9999-12-31T23:59:59-14:00',
      '0000-01-01T00:00:00+14:00',
    ]) {
      expect(() => parseExpiry({ 'stream-expires-at': at })).toThrow('Stream-Expires-At');
    }
    expect(() => parseExpiry({ 'stream-ttl': '1', 'stream-expires-at': '2030-01-02T03:04:05Z' })).toThrow(
      'exclude',
    );
    expect(renderExpiry(parseExpiry({ 'stream-ttl': '0' }))).toEqual({ 'Stream-TTL': '0' });
  });

  it('a fork is described by its source, offset and sub-offset', () => {
    expect(parseFork({})).toBeUndefined();
    const from = { 'stream-forked-from': '/v1/stream/a/b%20c' };
    expect(parseFork(from)).toEqual({ source: 'a/b c', at: undefined, subOffset: 0 });
    const at = {
      ...from,
      'stream-fork-offset': '0000000000000000_0000000000000007',
      'stream-fork-sub-offset': '3',
    };
    expect(parseFork(at)).toEqual({ source: 'a/b c', at: { offset: 7, segment: 0 }, subOffset: 3 });
    expect(() => parseFork({ 'stream-fork-offset': '0000000000000000_0000000000000000' })).toThrow(
      'Stream-Forked-From',
    );
    for (const source of ['a', 'http://other/v1/stream/a', '/stream/a', '']) {
      expect(() => parseFork({ 'stream-forked-from': source })).toThrow('Stream-Forked-From');
    }
    for (const offset of ['-1', 'now', '7', '9999999999999999_9999999999999999']) {
      expect(() => parseFork({ ...from, 'stream-fork-offset': offset })).toThrow('Stream-Fork-Offset');
    }
  });

  it('a content type is reduced to its essence, and a malformed one is refused', () => {
    expect(essence(' Text/HTML ; charset=x')).toBe('text/html');
    expect(declaredContentType('application/vnd.api+json')).toBe('application/vnd.api+json');
    for (const bad of ['', 'text', 'text/', '/x', 'a/b\u00e4', `a/${'b'.repeat(300)}`])
      expect(declaredContentType(bad)).toBeUndefined();
    expect(['text/csv', 'application/json', 'image/png'].map(isText)).toEqual([true, true, false]);
  });
});

describe('nextCursor', () => {
  const now = Date.UTC(2024, 9, 9) + 1_000 * 20_000;

  it('the cursor is the number of the current interval', () => {
    expect(nextCursor(undefined, now)).toBe('1000');
    expect(nextCursor('999', now)).toBe('1000');
    expect(nextCursor('x', now)).toBe('1000');
  });

  it('the cursor exceeds that of the client by up to an hour', () => {
    expect(nextCursor('1000', now, () => 0)).toBe('1001');
    expect(nextCursor('1000', now, () => 0.999999)).toBe('1180');
    expect(nextCursor('5000', now, () => 0)).toBe('5001');
  });
});
