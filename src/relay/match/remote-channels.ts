import type { Match } from './queues';
import type { Sink, Source } from './transfer';

/** Carries transfers between two nodes. */
export interface RemoteChannels {
  /** On the sender's node. */
  sinkTo(match: Match): RemoteSink;
  /** On the receiver's node. */
  sourceFrom(match: Match): RemoteSource;
  /** On the sender's node: the sender is lost. */
  cancelToReceiver(match: Match): void;
  /** On the receiver's node: the receiver is lost. */
  cancelToSender(match: Match): void;
}

/** The sink of a transfer to a receiver on another node. */
export interface RemoteSink extends Sink {
  /** Whether the receiver is ready; `false` when it is lost. Nothing is read from the sender before. */
  readonly opened: Promise<boolean>;
}

/** The source of a transfer from a sender on another node. */
export interface RemoteSource extends Source {
  /** Reports to the sender's node how the transfer ended. */
  report(how: 'complete' | 'lost', flushed: number): void;
}
