import '../shell/base.css';
import '../shell/empty.css';
import '../shell/toolbar.css';
import '../list/list.css';
import { ListPage } from '../list/list-page';
import { openFrame } from '../shell/frame';

new ListPage(openFrame('list'));

// biome-ignore lint/complexity/noUselessEmptyExport: without it, esbuild wraps each module in a function, as this package is CommonJS
export {};
