// Loaded into a server by `node --expose-gc --require`: says how many bytes of JavaScript's memory are in use once all garbage is collected.
const { createServer } = require('node:http');
const { isMainThread } = require('node:worker_threads');

// A thread that the server starts loads this as well.
if (isMainThread) {
  createServer((_req, res) => {
    // What a first collection finalizes, a second one frees.
    globalThis.gc();
    globalThis.gc();
    const { heapUsed, external } = process.memoryUsage();
    res.end(String(heapUsed + external));
  })
    .listen(Number(process.env.PROBE_PORT), '127.0.0.1')
    .unref();
}
