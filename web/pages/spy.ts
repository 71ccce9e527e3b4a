import '../shell/base.css';
import '../shell/empty.css';
import '../shell/toolbar.css';
import '../log/css/ansi.css';
import '../spy/spy.css';
import { openFrame } from '../shell/frame';
import { SpyPage } from '../spy/spy-page';

new SpyPage(openFrame('spy'));
