import '../shell/base.css';
import '../shell/empty.css';
import '../docs/docs.css';
import { DocsPage } from '../docs/docs-page';
import { openFrame } from '../shell/frame';

new DocsPage(openFrame('docs'));

// biome-ignore lint/complexity/noUselessEmptyExport: without it, esbuild wraps each module in a function, as this package is CommonJS
export {};
