import { parseListedPage } from '../../src/client/wire/listed-stream';
import { parseRetryAfter } from '../../src/client/wire/response';
import { generateStreamId } from '../../src/client/wire/stream-id';
import { parseStreamState } from '../../src/client/wire/stream-state';

describe('Retry-After', () => {
  beforeEach(() => {
    jest.useFakeTimers({ now: Date.parse('2026-01-01T00:00:00Z') });
  });
  afterEach(() => {
    jest.useRealTimers();
  });

  it.each([
    ['2', 2_000],
    ['Thu, 01 Jan 2026 00:00:05 GMT', 5_000],
    ['Wed, 31 Dec 2025 23:00:00 GMT', 0],
    ['999999', 300_000],
    ['soon', undefined],
  ])('the header "%s" is parsed as %p ms', (header, expected) => {
    expect(parseRetryAfter(header)).toBe(expected);
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
  ])('the header "%s" is parsed as %j', (header, expected) => {
    expect(parseStreamState(header)).toEqual(expected);
  });
});

it.each(['', 'null', '[]', '{"streams":1}', '{"streams":[{"id":1}]}'])(
  'the answer %j is refused as a list of streams',
  (text) => {
    expect(() => parseListedPage(text)).toThrow(expect.objectContaining({ code: 'REFUSED' }));
  },
);

it('generateStreamId returns UUIDv7s that sort by time', () => {
  const now = jest.spyOn(Date, 'now');
  const [first = '', second = ''] = [1_700_000_000_000, 1_700_000_000_001].map((ms) => {
    now.mockReturnValue(ms);
    return generateStreamId();
  });
  now.mockRestore();
  expect(first).toMatch(/^018bcfe5-6800-7[0-9a-f]{3}-[89ab][0-9a-f]{3}-[0-9a-f]{12}$/);
  expect(first < second).toBe(true);
});
