// The reference server of Durable Streams. Arguments: port, and a folder if it is to store in files.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PEERS } from '../harness/home.mjs';

const { DurableStreamTestServer } = createRequire(join(PEERS, 'package.json'))('@durable-streams/server');
const [port, dataDir] = process.argv.slice(2);
await new DurableStreamTestServer({
  port: Number(port),
  host: '127.0.0.1',
  ...(dataDir && { dataDir }),
}).start();
