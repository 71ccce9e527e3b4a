// Loaded into a server by `node --require`: says how long the event loop was busy at a stretch, in milliseconds, since it was last asked.
// It begins to watch when it is asked for the first time, and again after `/stop`: to watch takes a twentieth of a processor.
// The time for which the thread was ready to run and had no processor is left out: others that use the machine are not the server.
const { openSync, readSync } = require('node:fs');
const { createServer } = require('node:http');
const { isMainThread } = require('node:worker_threads');

const RESOLUTION_MS = 1;
const NANOSECONDS = 1e6;
const text = Buffer.alloc(128);

// A thread that the server starts loads this as well.
if (isMainThread) watch();

function watch() {
  const schedstat = openSync('/proc/thread-self/schedstat', 'r');
  let longest = 0;
  let last;
  let timer;
  const look = () => {
    const now = read(schedstat);
    longest = Math.max(longest, now.at - last.at - (now.waited - last.waited) - RESOLUTION_MS);
    last = now;
  };
  createServer(({ url }, res) => {
    res.end(String(longest));
    longest = 0;
    if (url === '/stop') {
      clearInterval(timer);
      timer = undefined;
    } else if (timer === undefined) {
      last = read(schedstat);
      timer = setInterval(look, RESOLUTION_MS).unref();
    }
  })
    .listen(Number(process.env.PROBE_PORT), '127.0.0.1')
    .unref();
}

/** When it is, and for how long the thread has waited for a processor since it began. */
function read(schedstat) {
  const bytes = readSync(schedstat, text, 0, text.length, 0);
  // Run time, waiting time, and how often it was given a processor.
  const [, waited] = text.latin1Slice(0, bytes).split(' ');
  return { at: performance.now(), waited: Number(waited) / NANOSECONDS };
}
