import '../shell/base.css';
import { StreamLog } from '../lines/stream-log';
import { openLogPage } from '../log/log-page';
import { request } from '../shell/api';
import { openFrame } from '../shell/frame';
import { streamIdOf } from '../shell/root';

const frame = openFrame('stream');
const id = streamIdOf(location.pathname);
document.title = `${id} – Loom`;
openLogPage(frame, id, new StreamLog({ send: request, id, schedule: (run) => requestAnimationFrame(run) }));
