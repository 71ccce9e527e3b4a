import { parseReadRequest, type ReadRequest } from '../../../src/http/loom/parameters/read-request';

const NOW = Date.UTC(2026, 10, 29, 12);

function parsed(query: string): ReadRequest {
  return parseReadRequest(new URLSearchParams(query), NOW);
}

function refusal(query: string): string {
  try {
    parsed(query);
  } catch (error) {
    return error instanceof Error ? error.message : '';
  }
  return '';
}

describe('the start of a read', () => {
  it.each([
    ['', undefined],
    ['offset=0', { kind: 'offset', offset: 0 }],
    ['offset=-12', { kind: 'offset', offset: -12 }],
    ['offset=9007199254740991', { kind: 'offset', offset: Number.MAX_SAFE_INTEGER }],
    ['line=120', { kind: 'line', line: 120 }],
    ['tail=0', { kind: 'tail', lines: 0 }],
    ['since=0', { kind: 'since', at: 0 }],
  ])('of ?%s is read', (query, start) => {
    expect(parsed(query).start).toEqual(start);
  });

  it.each([
    ['offset=1&tail=2', 'offset and tail'],
    ['line=1&since=5m', 'line and since'],
    ['since=5m&offset=1', 'offset and since'],
  ])('of ?%s is refused with both names', (query, names) => {
    expect(refusal(query)).toContain(`${names} are both given`);
  });
});

describe('a time', () => {
  it.each([
    ['2026-11-29T05:43:13Z', Date.UTC(2026, 10, 29, 5, 43, 13)],
    ['2026-11-29T05:43:13.123Z', Date.UTC(2026, 10, 29, 5, 43, 13, 123)],
    ['2026-11-29t05:43:13.1234567z', Date.UTC(2026, 10, 29, 5, 43, 13) + 123.457],
    ['2026-11-29T06:43:13+01:00', Date.UTC(2026, 10, 29, 5, 43, 13)],
    ['2026-11-29T06:43:13%2B01:00', Date.UTC(2026, 10, 29, 5, 43, 13)],
    ['2026-11-28T23:13:13-06:30', Date.UTC(2026, 10, 29, 5, 43, 13)],
    ['2024-02-29T00:00:00Z', Date.UTC(2024, 1, 29)],
    ['2016-12-31T23:59:60Z', Date.UTC(2017, 0, 1)],
    ['1764396193', 1_764_396_193_000],
    ['1764396193.123', 1_764_396_193_123],
    ['10m', NOW - 600_000],
    ['2h30m', NOW - 9_000_000],
    ['1d', NOW - 86_400_000],
    ['1d2h3m4s5ms', NOW - 93_784_005],
    ['1500ms', NOW - 1_500],
    ['1.5h', NOW - 5_400_000],
    ['0s', NOW],
  ])('%s is read', (time, at) => {
    expect(parsed(`since=${time}`).start).toEqual({ kind: 'since', at });
    expect(parsed(`until=${time}`).bounds).toEqual({ until: at });
  });

  it.each([
    '',
    'yesterday',
    '-5m',
    '5',
    '1h1h',
    '30m2h',
    'm',
    '1.5.5h',
    '1e3',
    '-1',
    '2026-11-29',
    '2026-11-29T05:43:13',
    '2026-02-29T00:00:00Z',
    '2026-13-01T00:00:00Z',
    '2026-00-01T00:00:00Z',
    '2026-11-00T00:00:00Z',
    '2026-11-29T24:00:00Z',
    '2026-11-29T05:60:00Z',
    '2026-11-29T05:43:61Z',
    '2026-11-29T05:43:13+24:00',
    '99999999999999999999',
  ])('"%s" is read only if it is one, and the refusal says what is', (time) => {
    // Five seconds after the epoch are a time.
    if (time === '5') return expect(parsed('since=5').start).toEqual({ kind: 'since', at: 5_000 });
    for (const name of ['since', 'until']) {
      const sentence = refusal(`${name}=${time}`);
      expect(sentence).toContain(`${name} must be a time such as 2026-11-29T05:43:13Z`);
      expect(sentence).toContain(JSON.stringify(time.replaceAll('+', ' ')));
    }
  });
});

describe('the bounds of a read', () => {
  it('are a time and one size', () => {
    expect(parsed('until=0&lines=7').bounds).toEqual({ until: 0, lines: 7 });
    expect(parsed('length=0').bounds).toEqual({ length: 0 });
    expect(refusal('length=5&lines=7')).toContain('length and lines are both given');
  });
});

describe('a number', () => {
  it.each([
    ['line', '0', 'must be a plain decimal number, 1 to 9007199254740991, not "0"'],
    ['line', '9007199254740992', '9007199254740991'],
    ['line', '-5', '1 to'],
    ['tail', '99999999999999999999', '0 to 9007199254740991'],
    ['tail', '', '0 to'],
    ['tail', '1e3', '0 to'],
    ['length', '0x10', '0 to'],
    ['lines', '1.5', '0 to'],
    ['lines', ' 5', '0 to'],
    ['offset', '-0', 'plain decimal number'],
    ['offset', '9007199254740992', 'plain decimal number'],
    ['offset', '+5', 'plain decimal number'],
  ])('%s=%s is refused with what is allowed', (name, value, allowed) => {
    const sentence = refusal(`${name}=${encodeURIComponent(value)}`);
    expect(sentence).toContain(name);
    expect(sentence).toContain(JSON.stringify(value));
    expect(sentence).toContain(allowed);
  });
});

describe('a flag', () => {
  it.each([
    ['timestamps', true],
    ['timestamps=', true],
    ['timestamps=true', true],
    ['timestamps=1', true],
    ['timestamps=false', false],
    ['timestamps=0', false],
    ['', false],
  ])('?%s is %s', (query, isOn) => {
    expect(parsed(query).hasTimestamps).toBe(isOn);
    expect(parsed(query.replace('timestamps', 'download')).isDownload).toBe(isOn);
  });

  it('with another value is refused', () => {
    expect(refusal('download=build.log')).toContain('download takes no value, or true or false');
  });

  it('of notail is on with any value, as it always was', () => {
    expect(parsed('notail=false').isNotail).toBe(true);
    expect(parsed('').isNotail).toBe(false);
  });
});

describe('a parameter', () => {
  it.each([
    'offset',
    'line',
    'tail',
    'since',
    'until',
    'length',
    'lines',
    'notail',
    'timestamps',
    'generation',
  ])('%s is refused if it is given twice', (name) => {
    expect(refusal(`${name}=1&${name}=1`)).toBe(`${name} is given more than once`);
  });

  it('that is unknown is refused with its name and those that are known', () => {
    const sentence = refusal('linse=10');
    expect(sentence).toContain('There is no parameter "linse"');
    expect(sentence).toContain('allowed here: offset, line, tail, since');
    expect(refusal(`${'x'.repeat(5_000)}=1`).length).toBeLessThan(500);
  });

  it('that is a token, or whose name begins with an underscore, is let through', () => {
    expect(parsed('access_token=a&_=1764396193&_cache=no').start).toBeUndefined();
  });
});
