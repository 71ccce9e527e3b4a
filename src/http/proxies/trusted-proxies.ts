import type { IncomingMessage } from 'node:http';
import { BlockList, isIPv6 } from 'node:net';
import { TLSSocket } from 'node:tls';
import type { Config } from '../../config/config';
import { type ForwardedElement, parseForwarded } from './forwarded';
import { addressOfNode, canonicalAddress } from './ip-address';

/** Where a request began, as far as the proxies that are trusted know it. */
interface Beginning {
  readonly address: string | undefined;
  /** As that proxy writes it. `undefined`: it does not say. */
  readonly proto: string | undefined;
}

/** What the proxies in front of the server say of a client. Everyone can write their headers, so only those of `trustProxy` count. */
export class TrustedProxies {
  readonly #networks = new BlockList();
  readonly #isEmpty: boolean;
  readonly #usesForwarded: boolean;

  constructor({ trustProxy, proxyHeaders }: Pick<Config, 'trustProxy' | 'proxyHeaders'>) {
    for (const network of trustProxy) {
      const [address = '', bits] = network.split('/');
      const family = isIPv6(address) ? 'ipv6' : 'ipv4';
      if (bits === undefined) this.#networks.addAddress(address, family);
      else this.#networks.addSubnet(address, Number(bits), family);
    }
    this.#isEmpty = trustProxy.length === 0;
    this.#usesForwarded = proxyHeaders === 'forwarded';
  }

  /** The address of the client, in its canonical form. `undefined` once its connection has closed. */
  addressOf(req: IncomingMessage): string | undefined {
    return this.#isEmpty ? peerOf(req) : this.#beginningOf(req).address;
  }

  /**
   * Whether the client uses TLS. Without `trustProxy`, any X-Forwarded-Proto counts: a client that forges it gets URLs and cookies that it
   * cannot use.
   */
  isViaTls(req: IncomingMessage): boolean {
    if (req.socket instanceof TLSSocket) return true;
    const proto = this.#isEmpty ? xForwardedProto(req) : this.#beginningOf(req).proto;
    return /^https$/i.test(proto ?? '');
  }

  /** The nearest address that is not a trusted proxy, from the peer on. What lies behind it could be forged by it. */
  #beginningOf(req: IncomingMessage): Beginning {
    let address = peerOf(req);
    let proto: string | undefined;
    if (!this.#isTrusted(address)) return { address, proto };
    for (const element of this.#elementsOf(req).toReversed()) {
      const before = addressOfNode(element.for ?? '');
      ({ proto } = element);
      if (before === undefined) break;
      address = before;
      if (!this.#isTrusted(address)) break;
    }
    return { address, proto: this.#usesForwarded ? proto : xForwardedProto(req) };
  }

  #elementsOf({ headers }: IncomingMessage): readonly ForwardedElement[] {
    if (this.#usesForwarded) return parseForwarded(headers['forwarded'] ?? '');
    return String(headers['x-forwarded-for'] ?? '')
      .split(',')
      .map((node) => ({ for: node }));
  }

  #isTrusted(address: string | undefined): boolean {
    return address !== undefined && this.#networks.check(address, isIPv6(address) ? 'ipv6' : 'ipv4');
  }
}

function peerOf({ socket }: IncomingMessage): string | undefined {
  return canonicalAddress(socket.remoteAddress ?? '');
}

/** Of the first proxy, if several have added theirs. */
function xForwardedProto({ headers }: IncomingMessage): string | undefined {
  return headers['x-forwarded-proto']?.toString().split(',')[0]?.trim();
}
