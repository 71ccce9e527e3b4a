const TAIL_MEMORY =
  'Of a parked tail 3 KiB are objects, 1.2 of them Loom’s own, and 2.5 the socket outside the heap. The rest is garbage of the beginning, which V8 collects when it needs room. Next: fewer objects per request.';

/** By workload and target of a goal: what a profile shows of where the time goes, and the next step that it suggests. Printed for the goals that a run misses. */
const SHORTFALLS = {
  'W1 loom:redis':
    'One thread of Node is full. Of its 0.5 s of CPU for 256 MiB, 0.13 are reads, 0.10 the writes to Redis, and the rest is mostly V8 compiling in parallel: the process is fresh, and the workload lasts for half a second. Next: reused buffers for bodies, which Node’s HTTP does not offer.',
  'W1 loom:files':
    'One thread of Node is full: it receives and parses HTTP chunks, which `bare:discard` does at half the cost, and passes each write to another thread. nginx receives into buffers that it reuses. Next: the same for bodies, below Node’s HTTP.',
  'W1 loom-rendezvous:nodes':
    'Between two nodes a byte is received, sent to Redis, read from it and sent on: the work of W1 and of W3, by two processes that share two full cores with Redis and the load generator. From run to run it is 0.31 to 0.47 times `redis:ioredis`. Next: a receiver that answers less often.',
  'W1x8 loom:redis':
    'One thread of Node is full, and Redis is at two thirds. With nchan, nginx receives while its Redis stores, and two cores are enough for both. Next: as W1; and several workers, if there are cores for them.',
  'W2 loom:redis':
    'For half of the time Node parses HTTP chunks and makes a Buffer of each. `bare:raw` does this as well, and then keeps the Buffers; Loom copies 320 of them into an entry (a tenth) and sends it, and V8 has to compile all of that within the third of a second that the workload lasts. With five times as many lines it is 684 k/s. Next: to find the chunks in the bytes of the connection without a Buffer per chunk, below Node’s HTTP.',
  'W2 loom:files': 'As on Redis: it writes the bytes that `bare:raw` keeps in memory.',
  'W2b loom-durable:redis':
    'The process is fresh, and 16,000 requests take a second. By then V8 has compiled little: a request takes 65 µs of the one thread, and 35 of other threads that compile, on two cores that Redis and the load generator use as well. In W2bx10, when compiling is over, a request takes 30, 7 of them in the kernel’s send, and Redis 14, while Redis spends 30 on a request of nchan. Even `ds:mem`, which is Node as well and keeps its messages in memory, is hardly faster than nchan here. Next: an HTTP parser below Node’s: a minimal server in Node takes 22 µs for a request that it keeps in memory, and 13 with a parser that reads no more of a head than necessary. That is not enough, and we would have to write the parser ourselves.',
  'W2bx10 loom-durable:redis':
    'A request takes Node 30 µs, 7 of them in the kernel’s send; a minimal server in Node, which keeps requests in memory, takes 22. For a quarter of the time Node waits for Redis. Next: an HTTP parser below Node’s.',
  'W2b loom-durable:files':
    'A cold request costs Node 85 µs, and a write through the thread pool 32 more only to wake the other thread. `ds:mem` keeps everything in memory and writes nothing. Writing small pieces on the main thread would save a quarter, but block everything when the disk is slow. Next: one write for the commits of several logs, by a journal.',
  'W3 loom:redis':
    'Node spends more than half of its time writing to the socket, and the rest mostly receiving bytes from Redis that nchan has in its own memory here: the kernel copies each byte four times instead of once. Next: to keep the last pages for readers that follow each other, which costs memory.',
  'W3x8 loom:redis':
    'As W3. Pages that the eight readers need at the same moment are read from Redis once; the rest is Node’s writes to sockets.',
  'W4 loom:redis':
    'With a line every 5 ms all caches are cold, and Node wakes twice, for the line and for the answer of Redis. `bare:raw`, which wakes once and does almost nothing, takes 380 µs of CPU per line, and Loom 650: two writes of 90, and some hundred functions of 3 to 5 µs each, most of them Node’s; a busy process needs a tenth for these. At W4x200, where it is busier, Loom is well ahead of nchan through Redis. Next: an append without promises, and without Node’s streams on the way to Redis.',
  'W4 loom-durable:redis':
    'Of 0.36 ms from a request until its line is written to the reader, 0.08 are Node’s HTTP and the front door until the body is there, 0.02 the rest of that turn, in which other commits join it, and 0.24 Redis and the way there and back. The line comes by the read that blocks for what other nodes commit, before the reply to the commit: Node handles two replies per line, and sends that read again. Next: those reads without ioredis, whose overhead per command doubles the CPU of an append.',
  'W4 loom:files':
    'With a line every 5 ms all caches are cold, and its write goes through another thread that has to be woken. Next: nothing that also keeps the event loop free of the disk.',
  'W4x200 loom:redis': 'As W4.',
  'W4x200 loom:files': 'As W4.',
  'W5 loom:redis':
    'A delivery is one write to a socket per tail, which takes 97 % of the time, as in `bare:raw`. The rest is the cost of opening a tail, 0.5 ms, a seventh of the CPU of these three seconds. Next: a path through Koa that makes less garbage.',
  'W5 loom:files':
    'As on Redis: the writes cost as much as in `bare:raw`; opening a tail costs 0.5 ms, and in nginx a tenth of that. Next: the last bytes of a log in memory, because reading them wakes another thread; a path through Koa that makes less garbage.',
  'W5x2000 loom:redis': 'As W5.',
  'W5x2000 loom:files': 'As W5.',
  'W6 loom:redis': TAIL_MEMORY,
  'W6 loom:files': TAIL_MEMORY,
};

/** @param missed goals. @returns a list in Markdown of what is known of them */
export function shortfalls(missed) {
  const names = [...new Set(missed.map(({ workload, target }) => `${workload} ${target}`))];
  return names
    .map((name) => {
      const [workload, target] = name.split(' ');
      return `- **${workload}** of \`${target}\`: ${SHORTFALLS[name] ?? 'No profile yet.'}`;
    })
    .join('\n');
}
