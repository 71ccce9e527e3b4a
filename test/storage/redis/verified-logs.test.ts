import { parseLogId } from '../../../src/core/log/log-id';
import type { Loss } from '../../../src/core/log/loss';
import { advance, START } from '../../../src/core/log/offset';
import { DamageReports } from '../../../src/core/store/damage-reports';
import { VerifiedLogs } from '../../../src/storage/redis/lifecycle/verified-logs';
import type { FactsReply } from '../../../src/storage/redis/schema/facts-reply';

const LOSS: Loss = { number: 1, from: advance(START, 5), to: advance(START, 10), at: 1 };

/** The facts of an open log of five bytes. */
function factsWith(losses?: readonly Loss[]): FactsReply {
  return {
    info: {
      id: parseLogId('log'),
      generation: 'generation-1',
      state: 'open',
      tail: advance(START, 5),
      epoch: 0,
      contentType: 'text/plain',
      createdAt: 1,
      updatedAt: 1,
      ...(losses && { losses }),
    },
    rawMetadata: '',
    claim: '',
    lastStamp: 1,
    eventId: '',
    replaced: false,
  };
}

it('info includes a loss that the background recorded while the facts were on their way', async () => {
  let lastLossNumber = 0;
  const replies = [factsWith(), factsWith([LOSS])];
  const logs = new VerifiedLogs({
    retry: (attempt) => attempt(),
    damage: new DamageReports(() => {}),
    forks: { retryRetired: (_, attempt) => attempt() },
    changes: {
      async info() {
        lastLossNumber = LOSS.number;
        return replies.shift();
      },
      change: () => Promise.reject(new Error('nothing changes the log')),
    },
    nodeState: {
      changing: (_log, _change, run) => run(),
      locator: {
        // The background has verified it already.
        verify: async () => false,
        locate: () => Promise.reject(new Error('the log is verified')),
        lastLossNumber: () => lastLossNumber,
      },
    },
  });
  expect((await logs.info(parseLogId('log')))?.losses).toEqual([LOSS]);
  expect(replies).toEqual([]);
});
