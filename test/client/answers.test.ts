import { parseListedPage } from '../../src/client/listed-stream';
import { parseRetryAfter } from '../../src/client/response';
import { generateStreamId } from '../../src/client/stream-id';
import { parseStreamState } from '../../src/client/stream-state';

describe('Retry-After', () => {
  const now = Date.parse('2026-01-01T00:00:00Z');

  it.each([
    ['2', 2_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['999999', 300_000],
    ['soon', undefined],
  ])('%s', (header, expected) => {
    expect(parseRetryAfter(header, now)).toBe(expected);
  });
});

describe('X-Stream-State', () => {
  it.each([
    ['open', { state: 'open' }],
    ['interrupted', { state: 'interrupted' }],
    ['closed; outcome=complete', { state: 'closed', outcome: 'complete' }],
    ['closed;outcome=aborted', { state: 'closed', outcome: 'aborted' }],
    ['closed; outcome=unheard-of', { state: 'closed' }],
    ['', undefined],
  ])('%s', (header, expected) => {
    expect(parseStreamState(header)).toEqual(expected);
  });
});

it.each(['', 'null', '[]', '{"streams":1}', '{"streams":[{"id":1}]}'])('%j is no list of streams', (text) => {
  expect(() => parseListedPage(text)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
});

it('makes ids that are UUIDv7 and sort by time', () => {
  const [first, second] = [generateStreamId(1_700_000_000_000), generateStreamId(1_700_000_000_001)];
  expect(first).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(first < second).toBe(true);
});
