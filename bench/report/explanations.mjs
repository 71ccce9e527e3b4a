/** How all workloads are measured. */
export const HOW = `Each target runs on 127.0.0.1 beside one load generator (\`bench/load/lg.c\`, one thread), with its default
settings, and with a Redis of its own if it needs one. Every byte that comes back is compared: order, loss, repetition, length,
content, and that it is from the right stream. A target that gets anything wrong, or does not keep up, has no figure. Bytes that a server
confirmed are read back at once; if they are not readable yet, the waiting counts. Tails are opened after line 0 was sent, which each must get
by replay. The order of the targets alternates between rounds. Before W1 and W1x8 a gibibyte of memory is touched, because a virtual machine’s host may have taken it back: otherwise
the first target would pay for all. CPU is the run time of all threads of the server's processes.`;

export const TARGETS = [
  [
    '`loom:files`, `loom:redis`',
    'Loom on its own wire. The file store syncs every second; Redis keeps nothing on disk.',
  ],
  ['`loom-durable:*`', 'Loom on the wire of Durable Streams, one request per message'],
  [
    '`loom-workers:redis`, `loom-durable-workers:redis`',
    'the same with two workers on one port (`workers: 2`), which share two cores with the load generator and Redis',
  ],
  [
    '`loom-rendezvous:files`, `loom-rendezvous:nodes`',
    'HTTP-Rendezvous, which stores nothing: from a producer to a reader on one node; and from a producer at one node to a reader at another, through one Redis',
  ],
  [
    '`bare:raw`',
    'the least that a server in Node can do: it keeps chunks in memory and writes to the sockets directly, not to the responses',
  ],
  ['`bare:res`', 'the same with `response.write`'],
  ['`bare:file`', 'the same with a file to which it appends and from which it replays, never synced'],
  ['`bare:discard`', 'receives and counts'],
  ['`file`', 'a plain file in Node, no HTTP'],
  [
    '`redis:ioredis`, `redis:aof`',
    'Redis Streams through ioredis, no HTTP; without persistence, and synced every second',
  ],
  [
    '`nchan`, `nchan:redis`',
    'nginx with nchan, one worker, one request per message; in memory, and through Redis',
  ],
  ['`piping`', 'piping-server, a relay that stores nothing'],
  [
    '`ds:mem`, `ds:file`',
    'the reference server of Durable Streams, which its authors wrote for tests; in memory, and in files',
  ],
  ['`webdis`', 'HTTP in front of Redis, one XADD per request, no tails'],
  ['`nats`', 'NATS JetStream with its file store, through its client for Node, no HTTP'],
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
  ['W6', 'The memory of Node for a connection with a response in progress.'],
];

export const CLAIMS = [
  'A figure of another run, or of another machine. Only ratios within one run can be compared; with fewer than three rounds, or below a difference of about 10 %, they mean nothing.',
  'That Loom is faster than a server with another API. A streaming request may join lines into one write; one request per message cannot: W2, and most of the factor at **W5max**, compare APIs as well as servers. For the cost of a write compare W5 and W5x2000.',
  'A figure at which the load generator is the limit, except as a lower bound.',
  'That W1 on files shows a disk: the file store syncs every second, `bare:file` and nchan never do. Redis runs without persistence; synced every second (`redis:aof`) it accepts about half as much.',
  'That nchan or Redis cannot do more: nchan runs one worker, and one Redis uses one core.',
  'A cold replay. W3 reads from the page cache, or from the memory of a server; nchan through Redis is several times slower at a first read.',
  'That the other targets were checked as thoroughly as Loom: for `webdis` and `bare:discard` bytes are only counted; for `redis:*` and `nats` the order and number of entries and a part of the contents are checked.',
  'That `ds:*` shows what the Durable Streams protocol can reach: it is a reference server for tests.',
  'That CPU is comparable if the client is a process of its own: for `redis:*` and `nats` it is only the server’s, and the client’s is in the note.',
  'Anything about several machines, TLS, proxies or a network: everything ran on one machine, over its loopback.',
];
