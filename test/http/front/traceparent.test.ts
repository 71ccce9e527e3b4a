import { traceparentOf } from '../../../src/http/headers/traceparent';

const TRACE = '0af7651916cd43dd8448eb211c80319c';
const SPAN = 'b7ad6b7169203331';

describe('traceparent', () => {
  it.each([
    `00-${TRACE}-${SPAN}-01`,
    `00-${TRACE}-${SPAN}-00`,
    `cc-${TRACE}-${SPAN}-01-what-the-future-adds`,
  ])('%s is kept', (traceparent) => {
    expect(traceparentOf({ traceparent })).toBe(traceparent);
  });

  it.each([
    ['an empty one', ''],
    ['the version ff', `ff-${TRACE}-${SPAN}-01`],
    ['a trace of zeros', `00-${'0'.repeat(32)}-${SPAN}-01`],
    ['a span of zeros', `00-${TRACE}-${'0'.repeat(16)}-01`],
    ['capital letters', `00-${TRACE.toUpperCase()}-${SPAN}-01`],
    ['more fields in version 00', `00-${TRACE}-${SPAN}-01-more`],
    ['a short trace', `00-${TRACE.slice(1)}-${SPAN}-01`],
    ['a line feed', `00-${TRACE}-${SPAN}-01\n`],
    ['more than a log line should have', `01-${TRACE}-${SPAN}-01-${'x'.repeat(129)}`],
    ['two, joined by Node', `00-${TRACE}-${SPAN}-01, 00-${TRACE}-${SPAN}-01`],
  ])('%s is ignored', (_what, traceparent) => {
    expect(traceparentOf({ traceparent })).toBeUndefined();
  });

  it('a request without one has none', () => {
    expect(traceparentOf({})).toBeUndefined();
  });
});
