import type { Match } from './queues';
import type { Sink, Source } from './transfer';

/** Carries exchanges whose two sides are on different nodes. */
export interface RemoteChannels {
  /** On the sender's node: takes what the receiver is to get. */
  sinkTo(pair: Match): RemoteSink;
  /** On the receiver's node: gives what the sender sends. */
  sourceFrom(pair: Match): RemoteSource;
  /** On the sender's node: there will be nothing. */
  cancelToReceiver(pair: Match): void;
  /** On the receiver's node: nobody takes anything. */
  cancelToSender(pair: Match): void;
}

export interface RemoteSink extends Sink {
  /** The receiver is there and ready; `false` when it is lost. Nothing is taken from the sender before. */
  readonly opened: Promise<boolean>;
}

export interface RemoteSource extends Source {
  /** Tells the sender what became of what it sent. */
  report(how: 'complete' | 'lost', flushed: number): void;
}
