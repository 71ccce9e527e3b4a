import '../shell/base.css';
import { parseAddress } from '../address/page-address';
import { withSymbols } from '../ansi/control-symbols';
import { StreamLog } from '../lines/stream-log';
import { openLogPage } from '../log/log-page';
import { request } from '../shell/api';
import { openFrame } from '../shell/frame';
import { streamIdOf } from '../shell/root';

const frame = openFrame('stream');
const id = streamIdOf(location.pathname);
document.title = `${withSymbols(id)} – Loom`;
const source = new StreamLog({
  send: request,
  id,
  schedule: (run) => requestAnimationFrame(run),
  isFromStart: Object.keys(parseAddress(location)).length === 0,
});
openLogPage(frame, id, source);

// biome-ignore lint/complexity/noUselessEmptyExport: without it, esbuild wraps each module in a function, as this package is CommonJS
export {};
