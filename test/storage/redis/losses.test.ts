import { withLoss } from '../../../src/core/log/loss';
import { advance, START } from '../../../src/core/log/offset';
import { formatLosses, parseLosses } from '../../../src/storage/redis/schema/losses';

describe('the losses in the facts of a log', () => {
  it('losses are parsed as they were formatted', () => {
    const losses = withLoss(withLoss(undefined, { from: advance(START, 5), to: advance(START, 10), at: 1 }), {
      from: START,
      to: advance(START, 7),
      at: 2,
    });
    expect(parseLosses(formatLosses(losses))).toEqual(losses);
  });

  it.each(['', 'null', '{}', '[1]', '[null]', '[{"number":1}]', '[{"number":1,"from":"x","to":2,"at":3}]'])(
    'the text %j is refused as losses',
    (text) => expect(() => parseLosses(text)).toThrow('Redis holds something unexpected'),
  );
});
