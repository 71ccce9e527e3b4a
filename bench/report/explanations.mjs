/** How all workloads are measured. */
export const HOW = `Each target runs on 127.0.0.1 beside one load generator (\`bench/load/lg.c\`, one thread), with its default
settings, and with a Redis of its own if it needs one. Every byte that comes back is compared: order, loss, repetition, length,
content, and that it is from the right stream. A target that gets anything wrong, or does not keep up, has no figure. Bytes that a server
confirmed are read back at once; if they are not readable yet, the waiting counts. Tails are opened after line 0 was sent, which each must get
by replay. The order of the targets alternates between rounds. Before W1 and W1x8 a gibibyte of memory is touched, because a virtual machine’s host may have taken it back: otherwise
the first target would pay for all. CPU is the run time of all threads of the server's processes.`;

/** What each acknowledgement promises, from the least on. A process that ends takes what is in its memory with it. */
const PROMISE = {
  nothing: 'nothing: nothing is stored',
  memory: 'nothing: in the memory of the process',
  redis: 'what its Redis does, which keeps everything in memory here',
  kernel: 'survives the end of the process, not that of the machine: written, and synced later or never',
  second: 'survives the end of the process; that of the machine but for the last second',
  disk: 'survives the end of the machine: synced before it',
};

/** What a target is, and what an acknowledgement of it promises. */
export const TARGETS = [
  [
    '`loom:files`',
    'Loom on its own wire, in files with `files.durability: interval`, its default',
    PROMISE.second,
  ],
  ['`loom:redis`', 'the same with Redis', PROMISE.redis],
  ['`loom-durable:*`', 'Loom on the wire of Durable Streams, one request per message', 'as `loom:*`'],
  ['`loom-as:os`, `loom-durable-as:os`', 'the same with `files.durability: os`', PROMISE.kernel],
  ['`loom-as:always`, `loom-durable-as:always`', 'the same with `files.durability: always`', PROMISE.disk],
  ['`loom-as:memory`, `loom-durable-as:memory`', 'the same with `store: memory:`', PROMISE.memory],
  [
    '`loom-as:redis-everysec`, `loom-durable-as:redis-everysec`',
    'Loom with a Redis that has a log of appends and syncs it each second',
    PROMISE.second,
  ],
  [
    '`loom-as:redis-always`, `loom-durable-as:redis-always`',
    'the same with a Redis that syncs it before it answers',
    PROMISE.disk,
  ],
  [
    '`loom-node24:*`, `loom-durable-node24:*`, `bare-node24:raw`',
    'the same as without `node24`, run by Node 24',
    'as without it',
  ],
  [
    '`loom-tls:files`, `bare-tls:raw`',
    'behind nginx with TLS, as ops/nginx.conf configures it',
    'as without it',
  ],
  [
    '`loom-workers:redis`, `loom-durable-workers:redis`',
    'two workers on one port (`workers: 2`), which share two cores with the load generator and Redis',
    PROMISE.redis,
  ],
  [
    '`loom-rendezvous:files`, `loom-rendezvous:nodes`',
    'HTTP-Rendezvous: from a producer to a reader on one node; and from a producer at one node to a reader at another, through one Redis',
    PROMISE.nothing,
  ],
  ['`loom-httpipe`', 'Loom on the wire of httpipe: from a producer to a reader', PROMISE.nothing],
  [
    '`bare:raw`',
    'the least that a server in Node can do: it keeps chunks in memory and writes to the sockets directly, not to the responses',
    PROMISE.memory,
  ],
  ['`bare:res`', 'the same with `response.write`', PROMISE.memory],
  ['`bare:file`', 'the same with a file to which it appends and from which it replays', PROMISE.kernel],
  ['`bare:discard`', 'receives and counts', PROMISE.nothing],
  ['`file`', 'a plain file in Node, no HTTP', PROMISE.kernel],
  ['`nginx-static`', 'a file that nginx sends with sendfile', '-'],
  ['`redis:ioredis`', 'Redis Streams through ioredis, no HTTP, without persistence', PROMISE.memory],
  ['`redis:aof`', 'the same with a log of appends that is synced each second', PROMISE.second],
  ['`nchan`', 'nginx with nchan, one worker, one request per message; in memory', PROMISE.memory],
  ['`nchan:redis`', 'the same through Redis', PROMISE.redis],
  [
    '`ds:mem`',
    'the reference server of Durable Streams in Node, which its authors wrote for tests',
    PROMISE.memory,
  ],
  ['`ds:file`', 'the same in files', PROMISE.disk],
  [
    '`ds-rust:wal`',
    'the server of Durable Streams in Rust, which syncs its journal for groups of appends',
    PROMISE.disk,
  ],
  ['`ds-rust:memory`', 'the same without a journal', PROMISE.kernel],
  [
    '`ds-caddy:file`',
    'the server of Durable Streams in Go, a plugin of Caddy, which syncs each append',
    PROMISE.disk,
  ],
  ['`ds-caddy:mem`', 'the same in memory', PROMISE.memory],
  [
    '`s2-lite:local`',
    'S2 lite, in Rust, in a folder, to which it flushes each 5 ms; a record per request, tails by JSON in events',
    PROMISE.disk,
  ],
  ['`s2-lite:memory`', 'the same in memory, flushed each 5 ms as well', PROMISE.memory],
  ['`busl`', 'busl of Heroku, in Go, through Redis, which keeps a stream for a minute', PROMISE.redis],
  ['`piping`, `piping-rust`', 'piping-server, a relay, in Node and in Rust', PROMISE.nothing],
  ['`httpipe`', 'httpipe, a relay in Rust', PROMISE.nothing],
  ['`webdis`', 'HTTP in front of Redis, one XADD per request, no tails', PROMISE.redis],
  [
    '`nats`',
    'NATS JetStream with its file store, which it syncs each two minutes, through its client for Node, no HTTP',
    PROMISE.kernel,
  ],
];

/** Beside the shares of a core in the table of targets, which are of the run: what is known of each workload. */
export const BINDS = [
  [
    'W1, W1x8',
    'The kernel copying bytes and Node parsing HTTP chunks (`bare:discard`), then keeping them: memory (`bare:raw`), writes (`bare:file`), or XADD (`redis:ioredis`), whose Redis and client each cost about as much as the HTTP.',
  ],
  [
    'W2',
    'Parsing HTTP chunks in Node, which costs the same whether they are stored or dropped (`bare:discard`). A server that stores lines in batches is as fast as one that drops them.',
  ],
  [
    'W2b, W2bx10',
    'The cost of a request in the HTTP server, and of an append in the store. nginx parses requests several times as fast as Node.',
  ],
  [
    'W3, W3x8',
    'Reading from the store and writing to the socket. With Redis each page is copied by Redis, by the kernel, and by the client that parses it. The limit of the machine is `nginx-static`, which sends from the page cache without a copy.',
  ],
  [
    'W0',
    'What Node and V8 take for themselves, and the modules that are loaded. A server in Rust or C needs a few MiB.',
  ],
  [
    'W3cold',
    'The disk, or what is below it: a virtual machine’s host may have the bytes in its memory. With Redis, which has read everything again before the replay, the connections to it.',
  ],
  [
    'W4, W4x200',
    'The way through the event loop, and with a store the wait for its acknowledgement: a line is delivered only once it is committed.',
  ],
  [
    'W5, W5x2000',
    'A write to a socket per tail: the kernel. p50 is mostly the position of a tail in the order of the writes.',
  ],
  [
    'W5max',
    'Writes to sockets, each with as many lines as are waiting, and the load generator that checks them.',
  ],
  [
    'W6',
    'The memory of Node for a connection with a response in progress. Loom frees the parser and the request of a live response after 50 to 100 ms.',
  ],
];

export const CLAIMS = [
  'A figure of another run, or of another machine. Only ratios within one run can be compared; with fewer than three rounds, or below a difference of about 10 %, they mean nothing.',
  'That Loom is faster than a server with another API. A streaming request may join lines into one write; one request per message cannot: W2, and most of the factor at **W5max**, compare APIs as well as servers. For the cost of a write compare W5 and W5x2000.',
  'A figure at which the load generator is the limit, except as a lower bound.',
  'That W1 on files shows a disk: the file store syncs every second, `bare:file` and nchan never do. For a promise that includes the disk compare `loom-as:always` and `loom-durable-as:always` with `ds-rust:wal`, `ds-caddy:file`, `ds:file` and `s2-lite:local`.',
  'That nchan or Redis cannot do more: nchan runs one worker, and one Redis uses one core.',
  'That W3 is a cold replay: it reads from the page cache, or from the memory of a server. W3cold is one, of files as far as the host has not kept them.',
  'That a relay is as good as a store: `piping`, `piping-rust` and `httpipe` forget each byte as soon as it is sent.',
  'That the other targets were checked as thoroughly as Loom: for `webdis` and `bare:discard` bytes are only counted; for `redis:*` and `nats` the order and number of entries and a part of the contents are checked.',
  'That `ds:*` shows what the Durable Streams protocol can reach: it is a reference server for tests.',
  'That CPU is comparable if the client is a process of its own: for `redis:*` and `nats` it is only the server’s, and the client’s is in the note.',
  'Anything about several machines or a network: everything ran on one machine, over its loopback. TLS and a proxy are in `loom-tls:files` only.',
  'A ratio of Node to a server in C, Rust or Go, of another machine: some run Node’s small requests several times slower, and nginx as fast. The pace of the run shows it.',
];
