// Loaded into a server by `node --require`: says how long the event loop was busy at a stretch, in milliseconds, since it was last asked.
const { createServer } = require('node:http');
const { monitorEventLoopDelay } = require('node:perf_hooks');

const RESOLUTION_MS = 1;
const NANOSECONDS = 1e6;

const delays = monitorEventLoopDelay({ resolution: RESOLUTION_MS });
delays.enable();
createServer((_req, res) => {
  res.end(String(Math.max(0, delays.max / NANOSECONDS - RESOLUTION_MS)));
  delays.reset();
})
  .listen(Number(process.env.LONGEST_TURN_PORT), '127.0.0.1')
  .unref();
