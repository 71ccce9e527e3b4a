const TAIL_MEMORY =
  'Node’s sockets, requests and responses are 12.5 KiB, and take 4.6 of heap; Loom’s own objects 1.1 more. Next: responses of our own instead of Node’s.';

/**
 * By workload and store of a goal, or its name as well: what a profile shows of where the time goes, and the next step that it suggests. Printed for the
 * goals that a run misses.
 */
const SHORTFALLS = {
  'W1 redis':
    'One thread of Node is full. Of 0.5 s of its CPU for 256 MiB, 0.13 are reads, 0.10 the writes to Redis, and the rest is mostly V8 compiling beside it: the process is fresh, and the workload lasts for half a second. Next: buffers for the bodies that are used again, which Node’s HTTP does not offer.',
  'W1 files':
    'One thread of Node is full: it receives and parses HTTP chunks, which `bare:discard` does for half the price, and hands each write to another thread. nginx receives into buffers that it uses again. Next: the same for the bodies, below Node’s HTTP.',
  'W1 redis rendezvous across two nodes':
    'Between two nodes a byte is received, sent to Redis, read from it and sent on: the work of W1 and of W3, by two processes that share two cores with Redis and the load generator, which together are full. From run to run it is 0.31 to 0.47 times `redis:ioredis`. Next: a receiver that answers less often.',
  'W1x8 redis':
    'One thread of Node is full, Redis to two thirds. nchan has nginx receive while its Redis stores, and both get by on two cores. Next: as W1; and several workers, where there are cores for them.',
  'W2 redis':
    'Half of the time is Node parsing HTTP chunks and making a Buffer of each, which `bare:raw` does as well and then keeps those; Loom copies 320 of them into an entry (a tenth), sends it, and has V8 compile all that within a third of a second, in which the workload is over. With five times as many lines it is 684 k/s. Next: to find the chunks in the bytes of the connection without a Buffer of each, below Node’s HTTP.',
  'W2 files': 'As on Redis: it writes what `bare:raw` keeps.',
  'W2b redis':
    'The process is fresh, and 16,000 requests are over in a second. V8 has compiled little until then: a request takes 65 µs of the one thread, and 35 of other threads that compile, on two cores that Redis and the load generator want as well. In W2bx10, when that is over, a request takes 30, 7 of them in the kernel’s send, and Redis 14 where it spends 30 on one of nchan’s. Even `ds:mem`, which is Node as well and keeps what it is sent in memory, is hardly faster than nchan here. Next: a parser of HTTP below Node’s: the least server in Node takes 22 µs for a request that it keeps in memory, and 13 with one that reads no more of a head than it must. That is not enough, and it would be one of our own.',
  'W2bx10 redis':
    'A request takes Node 30 µs, 7 of them in the kernel’s send; the least server in Node, which keeps what it gets in memory, takes 22. A quarter of its time it waits for Redis. Next: a parser of HTTP below Node’s.',
  'W2b files':
    'A request costs Node 85 µs cold, and a write through the thread pool 32 more only to wake the other thread. `ds:mem` keeps everything in memory and writes nothing. Writing small pieces on the main thread would take a quarter off, and hold all up when the disk is slow. Next: one write for the commits of several logs, by a journal.',
  'W3 redis':
    'More than half of Node’s time is writing to the socket, the rest mostly receiving from Redis what nchan has in its own memory here: each byte is copied by the kernel four times instead of once. Next: keep what was read last for readers that come after each other, which costs its memory.',
  'W3x8 redis':
    'As W3. What the eight read at the same moment is read from Redis once; what is left are Node’s writes to sockets.',
  'W4 redis':
    'A line each 5 ms finds everything cold, and wakes Node twice, for the line and for the answer of Redis. `bare:raw`, which is woken once and does next to nothing, takes 380 µs of CPU for it, Loom 650: two writes of 90, and some hundred functions of 3 to 5 µs each, most of them Node’s, where a busy process takes a tenth. At W4x200, where it is busier, Loom is well ahead of nchan through Redis. Next: an append without promises, and without Node’s streams on the way to Redis.',
  'W4 files':
    'A line each 5 ms finds everything cold, and its write goes through another thread that has to be woken. Next: none that keeps the event loop free of the disk.',
  'W4x200 redis': 'As W4.',
  'W4x200 files': 'As W4.',
  'W5 redis':
    'A delivery is one write to a socket for each tail, in which 97 % of the time is spent, the same as in `bare:raw`. What is left is what it costs to begin a tail, 0.5 ms, a seventh of the CPU of these three seconds. Next: a way through Koa that makes less garbage.',
  'W5 files':
    'As on Redis: the writes cost what they cost `bare:raw`; to begin a tail costs 0.5 ms, and nginx a tenth. Next: the last bytes of a log in memory, as reading them wakes another thread; a way through Koa that makes less garbage.',
  'W5x2000 redis': 'As W5.',
  'W5x2000 files': 'As W5.',
  'W6 redis': TAIL_MEMORY,
  'W6 files': TAIL_MEMORY,
};

/** @param missed goals. @returns a list in Markdown of what is known of them */
export function shortfalls(missed) {
  const names = missed.map(({ workload, store, measure }) => {
    const own = `${workload} ${store} ${measure.name}`;
    return SHORTFALLS[own] === undefined ? `${workload} ${store}` : own;
  });
  return [...new Set(names)]
    .filter((name) => SHORTFALLS[name] !== undefined)
    .map((name) => `- **${name.replace(' ', '** on ')}: ${SHORTFALLS[name]}`)
    .join('\n');
}
