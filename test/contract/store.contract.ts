import type { LogStore } from '../../src/core/store/store';
import { describeAppending } from './appending';
import { describeClocks } from './clocks';
import { describeCommitting } from './committing';
import { describeCreation } from './creation';
import { describeCrowds } from './crowds';
import { describeEnding } from './ending';
import { describeExpiring } from './expiring';
import { describeForking } from './forking';
import { describeHostileIds } from './hostile-ids';
import { describeAppendsInFlight } from './in-flight';
import { describeInterleavings } from './interleavings';
import { describeLifecycle } from './lifecycle';
import { describeLineIndexes } from './line-indexes';
import { describeListing } from './listing';
import { describeMixing } from './mixing';
import { describeProducers } from './producers';
import { describeReading } from './reading';
import { describeTimes } from './times';
import { describeWatching } from './watching';
import { describeWriters } from './writers';

export interface OpenedStore {
  readonly store: LogStore;
  /** Closes the store and clears away what it was opened with. */
  close(): Promise<void>;
}

export interface StoreSuiteOptions {
  /** Opens an empty store that holds `logsMax` logs at most. Left out, that limit is not tested. */
  readonly openWithLogsMax?: (logsMax: number) => Promise<OpenedStore>;
}

/** The store of the running test, for the parts of the suite. */
export interface Subject {
  readonly store: LogStore;
  /** Closes the store early; nothing closes it again. */
  close(): Promise<void>;
}

/**
 * Registers the tests that make an implementation a `LogStore`. `open` is called before every test and may give an empty store or one
 * that others use, too: every test makes ids of its own.
 */
export function describeStore(
  name: string,
  open: () => Promise<OpenedStore>,
  options: StoreSuiteOptions = {},
): void {
  describe(`${name} store`, () => {
    let opened: OpenedStore | undefined;
    const subject: Subject = {
      get store() {
        if (opened === undefined) throw new Error('the store of this test is not open');
        return opened.store;
      },
      async close() {
        const closing = opened;
        opened = undefined;
        await closing?.close();
      },
    };

    beforeEach(async () => {
      opened = await open();
    });
    afterEach(() => subject.close());

    describe('creation', () => describeCreation(subject, options.openWithLogsMax));
    describe('writers', () => describeWriters(subject));
    describe('concurrent appends', () => describeAppendsInFlight(subject));
    describe('appending', () => describeAppending(subject));
    describe('committing', () => describeCommitting(subject));
    describe('producers of commits', () => describeProducers(subject));
    describe('reading', () => describeReading(subject));
    describe('times', () => describeTimes(subject));
    describe('a line index', () => describeLineIndexes(subject));
    describe('watching', () => describeWatching(subject));
    describe('a crowd of readers', () => describeCrowds(subject));
    describe('ending', () => describeEnding(subject));
    describe('expiry', () => describeExpiring(subject));
    describe('the system clock', () => describeClocks(subject));
    describe('forks', () => describeForking(subject));
    describe('listing', () => describeListing(subject));
    describe('lifecycle', () => describeLifecycle(subject));
    describe('hostile ids', () => describeHostileIds(subject));
    describe('commits, appends and forks', () => describeMixing(subject));
    describe('interleavings', () => describeInterleavings(subject));
  });
}
