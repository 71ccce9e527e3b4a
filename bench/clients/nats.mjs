// NATS JetStream by its client for Node. Arguments: port, operation, count, size, messages in flight.
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { PEERS } from '../harness/home.mjs';
import { cpuSeconds } from './cpu-seconds.mjs';
import { sendInFlight } from './in-flight.mjs';
import { ageOf, percentiles, stamped } from './latencies.mjs';

const NUMBER_BYTES = 9;
const EVERY_MS = 5;
const LARGE = 1000;

const { AckPolicy, DeliverPolicy, StorageType, connect } = createRequire(join(PEERS, 'package.json'))('nats');
const [port, operation, ...numbers] = process.argv.slice(2);
const [count, size, inFlight] = numbers.map(Number);
const connection = await connect({ port: Number(port) });
const jetstream = connection.jetstream();
const manager = await connection.jetstreamManager();
const stream = operation === 'latency' ? 'latency' : `of-${size}`;
const subject = `${stream}.all`;
if (operation !== 'read') await makeStream();

const cpuBefore = cpuSeconds();
const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;

const OPERATIONS = {
  async publish() {
    const message = Buffer.alloc(size, 'x');
    await sendInFlight(count, inFlight, (number) => {
      const numbered = Buffer.from(message);
      numbered.latin1Write(String(number).padStart(NUMBER_BYTES, '0'), 0);
      return jetstream.publish(subject, numbered);
    });
    const published = elapsed();
    const { state } = await manager.streams.info(stream);
    return { elapsed: published, isGood: state.messages === count };
  },

  async read() {
    const consumer = await jetstream.consumers.get(stream);
    const messages = await consumer.consume({ max_messages: size > LARGE ? 256 : 5000 });
    let number = 0;
    let bytes = 0;
    let isGood = true;
    for await (const { data } of messages) {
      isGood &&= Number(asBuffer(data).latin1Slice(0, NUMBER_BYTES)) === number++;
      bytes += data.length;
      if (number === count) break;
    }
    return { elapsed: elapsed(), bytes, isGood };
  },

  async latency() {
    const config = { deliver_policy: DeliverPolicy.All, ack_policy: AckPolicy.None };
    const subscription = await jetstream.subscribe(subject, { ordered: true, config });
    let sent = 0;
    const timer = setInterval(() => {
      if (sent++ < count) void jetstream.publish(subject, stamped(size));
      else clearInterval(timer);
    }, EVERY_MS);
    const latencies = [];
    for await (const { data } of subscription) {
      if (latencies.push(ageOf(asBuffer(data))) === count) break;
    }
    return { ...percentiles(latencies), isGood: true };
  },
};

const result = await OPERATIONS[operation]();
console.log(JSON.stringify({ ...result, cpu: cpuSeconds() - cpuBefore }));
// Its subscriptions would keep the process.
process.exit(0);

async function makeStream() {
  const existing = await manager.streams.names().next();
  if (existing.includes(stream)) await manager.streams.delete(stream);
  await manager.streams.add({ name: stream, subjects: [`${stream}.>`], storage: StorageType.File });
}

function asBuffer({ buffer, byteOffset, byteLength }) {
  return Buffer.from(buffer, byteOffset, byteLength);
}
