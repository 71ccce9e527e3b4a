import { join } from 'node:path';
import { BENCH } from '../harness/home.mjs';
import { channelWire } from './parts/channel-wire.mjs';
import { startLoom } from './parts/loom-process.mjs';

/** Loom's relay by the wire of httpipe, to be set beside httpipe itself. */
export default () => ({
  ...channelWire,
  start: (stage) => startLoom(stage, join(BENCH, '..'), 'files'),
});
