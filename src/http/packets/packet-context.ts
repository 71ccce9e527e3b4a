import type { Config } from '../../config/config';
import type { PacketProxy } from '../../relay/packets/packet-proxy';
import type { WholeBodyLimits } from '../body/whole-body';
import type { WaitingRequests } from './waiting-requests';

export interface PacketWireContext {
  readonly proxy: PacketProxy;
  readonly settings: Config['packets'];
  readonly waiting: WaitingRequests;
  /** The limits of each request's body. */
  readonly body: WholeBodyLimits;
}
