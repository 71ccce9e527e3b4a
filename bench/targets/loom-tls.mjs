import loom from './loom.mjs';
import { behindTls } from './parts/behind-tls.mjs';

/**
 * Loom behind nginx with TLS, by its own wire. `loom-tls:files`, `loom-tls:redis`. W1 fails: see "Behind nginx" in
 * ops/nginx.conf.
 */
export default (store = 'files') => behindTls(loom(store));
