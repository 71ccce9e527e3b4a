import bare from './bare.mjs';
import { behindTls } from './parts/behind-tls.mjs';

/** Limit: a bare server behind the same nginx. `bare-tls:raw`, `bare-tls:file`. */
export default (form = 'raw') => behindTls(bare(form));
