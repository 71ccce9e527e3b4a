import type { Config } from '../../config/config';
import type { PacketProxy } from '../../relay/packets/packet-proxy';
import type { WholeBodyLimits } from '../body/whole-body';
import type { WaitingRequests } from './waiting-requests';

/** What the operations of the packet proxy work with. */
export interface PacketWireContext {
  readonly proxy: PacketProxy;
  readonly settings: Config['packets'];
  readonly waiting: WaitingRequests;
  /** Of the body of each request. */
  readonly body: WholeBodyLimits;
}
