import '../shell/base.css';
import '../shell/empty.css';
import '../shell/toolbar.css';
import '../log/css/ansi.css';
import '../spy/spy.css';
import { openFrame } from '../shell/frame';
import { SpyPage } from '../spy/spy-page';

new SpyPage(openFrame('spy'));

// biome-ignore lint/complexity/noUselessEmptyExport: without it, esbuild wraps each module in a function, as this package is CommonJS
export {};
