// Redis Streams by ioredis, without a service. Arguments: port, operation, count, size, and what the operation takes besides.
import { Redis } from 'ioredis';
import { cpuSeconds } from './cpu-seconds.mjs';
import { sendInFlight } from './in-flight.mjs';
import { ageOf, percentiles, stamped } from './latencies.mjs';

const KEY = 'k';
const NUMBER_BYTES = 9;
/** One entry in so many is compared whole, so that comparing is not what is measured. */
const COMPARED = 64;
const EVERY_MS = 5;

const [port, operation, ...numbers] = process.argv.slice(2);
const [count, size, extra] = numbers.map(Number);
const redis = new Redis({ port: Number(port) });
const pattern = randomLetters(size);
await redis.ping();

const cpuBefore = cpuSeconds();
const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;

const OPERATIONS = {
  /** One entry a message, at most `extra` in flight. */
  async add() {
    await sendInFlight(count, extra, (number) => redis.xadd(KEY, '*', 'd', numbered(number)));
    return { elapsed: elapsed(), isGood: (await redis.xlen(KEY)) === count };
  },

  /** As many messages as fit into entries of `extra` bytes, one entry in flight. */
  async 'add-batches'() {
    const perEntry = Math.max(1, Math.floor(extra / size));
    const line = numbered(0);
    let entries = 0;
    for (let sent = 0; sent < count; sent += perEntry, entries++) {
      const batch = new Array(Math.min(perEntry, count - sent)).fill(line);
      await redis.xadd(KEY, '*', 'd', Buffer.concat(batch));
    }
    return { elapsed: elapsed(), isGood: (await redis.xlen(KEY)) === entries };
  },

  /** Everything, by pages of `extra` entries. */
  async range() {
    let number = 0;
    let isGood = true;
    for (let after = '-'; ; ) {
      const page = await redis.xrangeBuffer(KEY, after, '+', 'COUNT', extra);
      if (page.length === 0) break;
      for (const [, [, value]] of page) isGood &&= isEntry(value, number++);
      after = `(${page.at(-1)[0]}`;
    }
    return { elapsed: elapsed(), isGood: isGood && number === count };
  },

  /** How long an XADD takes to reach an XREAD that blocks on another connection. */
  async wake() {
    const reader = new Redis({ port: Number(port) });
    await reader.ping();
    const latencies = [];
    let sent = 0;
    const timer = setInterval(() => {
      if (sent++ < count) void redis.xadd(KEY, '*', 'd', stamped(size));
      else clearInterval(timer);
    }, EVERY_MS);
    for (let after = '$'; latencies.length < count; ) {
      const [[, entries]] = await reader.xreadBuffer('COUNT', 100, 'BLOCK', 0, 'STREAMS', KEY, after);
      for (const [, [, value]] of entries) latencies.push(ageOf(value));
      after = entries.at(-1)[0].toString();
    }
    reader.disconnect();
    return { ...percentiles(latencies), isGood: true };
  },
};

const result = await OPERATIONS[operation]();
console.log(JSON.stringify({ ...result, cpu: cpuSeconds() - cpuBefore }));
redis.disconnect();

function numbered(number) {
  const message = Buffer.from(pattern);
  message.latin1Write(String(number).padStart(NUMBER_BYTES, '0'), 0);
  return message;
}

function isEntry(value, number) {
  if (Number(value.latin1Slice(0, NUMBER_BYTES)) !== number) return false;
  return number % COMPARED !== 0 || value.compare(pattern, NUMBER_BYTES, size, NUMBER_BYTES) === 0;
}

/** Always the same ones. */
function randomLetters(length) {
  let state = 12_345;
  return Buffer.from(
    Array.from({ length }, () => {
      state = (Math.imul(state, 1_103_515_245) + 12_345) & 0x7fffffff;
      return 97 + ((state >> 16) % 26);
    }),
  );
}
