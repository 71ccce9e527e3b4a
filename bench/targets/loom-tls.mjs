import loom from './loom.mjs';
import { behindTls } from './parts/behind-tls.mjs';

/**
 * Loom behind nginx with TLS, by its own wire. `loom-tls:files`, `loom-tls:redis`. W1 fails: Loom answers a producer with 201 while
 * the body arrives, and once nginx has passed that on it sends no more of a body that has filled its socket to Loom.
 */
export default (store = 'files') => behindTls(loom(store));
