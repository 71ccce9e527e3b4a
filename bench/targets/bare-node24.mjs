import { NODE_24, NODE_24_PROGRAM } from '../harness/node-24.mjs';
import bare from './bare.mjs';

/** The bare servers, run by Node 24. `bare-node24:raw` and the others. */
export default (form) => ({ ...bare(form, NODE_24), needs: [NODE_24_PROGRAM] });
