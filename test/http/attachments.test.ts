import type { LogInfo, Writer } from '../../src/core/log/log';
import { writerOf } from '../../src/core/log/log';
import { parseLogId } from '../../src/core/log/log-id';
import { ProducerConnections } from '../../src/http/live/producer-connections';
import { MemoryStore } from '../../src/storage/memory/memory-store';

const GRACE = { graceMs: 1_000 };

async function withLog(
  use: (given: { store: MemoryStore; info: LogInfo; attachments: ProducerConnections }) => Promise<void>,
): Promise<void> {
  const store = new MemoryStore();
  const attachments = new ProducerConnections(store);
  const { info } = await store.create(parseLogId('x'), { contentType: 'text/plain', ...GRACE }, 'new');
  await use({ store, info, attachments });
  await store.close();
}

/** A producer that feeds its log until it is cut. */
function feed(
  attachments: ProducerConnections,
  writer: Writer,
): { cut: Promise<void>; wasCut: () => boolean } {
  let wasCut = false;
  let breakOff = (): void => {};
  const cut = new Promise<void>((resolve) => {
    breakOff = resolve;
  });
  const onCut = (): void => {
    wasCut = true;
    breakOff();
  };
  void attachments.track(writer, onCut, () => cut);
  return { cut, wasCut: () => wasCut };
}

describe('ProducerConnections', () => {
  it.each([
    ['another takes its log over', { kind: 'attach', ...GRACE }],
    ['the other nodes have given it up', { kind: 'release', epoch: 1, state: 'interrupted' }],
    ['its log is removed', { kind: 'remove', outcome: { kind: 'deleted' } }],
  ] as const)('an attached producer is cut when %s', (_, change) =>
    withLog(async ({ store, info, attachments }) => {
      const producer = feed(attachments, writerOf(info));
      await store.change(info, change);
      await producer.cut;
    }),
  );

  it('an attached producer is not cut by its own change', () =>
    withLog(async ({ store, info, attachments }) => {
      let wasCut = false;
      await attachments.track(
        writerOf(info),
        () => {
          wasCut = true;
        },
        async (attachment) => {
          attachment.markEnding();
          await store.change(info, { kind: 'seal', epoch: 1, outcome: { kind: 'complete' } });
        },
      );
      expect(wasCut).toBe(false);
    }));

  it('a producer of an earlier epoch is cut, even if it arrives after the later one', () =>
    withLog(async ({ store, info, attachments }) => {
      const later = feed(attachments, writerOf(await store.change(info, { kind: 'attach', ...GRACE })));
      const earlier = feed(attachments, writerOf(info));
      await earlier.cut;
      expect(later.wasCut()).toBe(false);
    }));

  it('a stop of the server cuts all producers, even one that arrives during the stop', () =>
    withLog(async ({ info, attachments }) => {
      const before = feed(attachments, writerOf(info));
      const stopped = attachments.cutAll();
      await before.cut;
      await feed(attachments, writerOf(info)).cut;
      await stopped;
    }));

  it('a stop of the server waits for the background work of a producer', () =>
    withLog(async ({ info, attachments }) => {
      let record = (): void => {};
      await attachments.track(
        writerOf(info),
        () => {},
        async (attachment) => {
          attachment.markEnding();
          attachment.continueInBackground(
            new Promise<void>((resolve) => {
              record = resolve;
            }),
          );
        },
      );
      let isStopped = false;
      const stopped = attachments.cutAll().then(() => {
        isStopped = true;
      });
      await new Promise(setImmediate);
      expect(isStopped).toBe(false);
      record();
      await stopped;
    }));
});
