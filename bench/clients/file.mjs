// Appends to a plain file or reads it, one operation in flight, and prints how long that took. Arguments: folder, operation, size.
import { fdatasyncSync, fstatSync, openSync, read, write, writeSync } from 'node:fs';
import { join } from 'node:path';
import { promisify } from 'node:util';

const WRITE = Buffer.alloc(64 * 1024, 'abcdefg\n');
const WRITES_PER_MIB = 16;
const READ_BYTES = 256 * 1024;
const LINE = Buffer.alloc(100, 'x');
const writeTo = promisify(write);
const readFrom = promisify(read);

const [folder, operation, size] = process.argv.slice(2);
const file = join(folder, 'append.bin');
const count = Number(size);
const began = performance.now();
const elapsed = () => (performance.now() - began) / 1000;

const OPERATIONS = {
  async append() {
    const fd = openSync(file, 'w');
    for (let i = 0; i < count * WRITES_PER_MIB; i++) await writeTo(fd, WRITE);
    const written = elapsed();
    fdatasyncSync(fd);
    const bytes = count * WRITES_PER_MIB * WRITE.length;
    return { elapsed: written, synced: elapsed(), isGood: fstatSync(fd).size === bytes };
  },
  async 'append-sync'() {
    const fd = openSync(file, 'w');
    for (let i = 0; i < count * WRITES_PER_MIB; i++) writeSync(fd, WRITE);
    return { elapsed: elapsed(), isGood: true };
  },
  async lines() {
    const fd = openSync(file, 'w');
    for (let i = 0; i < count; i++) await writeTo(fd, LINE);
    return { elapsed: elapsed(), isGood: fstatSync(fd).size === count * LINE.length };
  },
  async read() {
    const fd = openSync(file, 'r');
    const page = Buffer.allocUnsafe(READ_BYTES);
    let bytes = 0;
    for (;;) {
      const { bytesRead } = await readFrom(fd, page, 0, page.length, null);
      if (bytesRead === 0) break;
      bytes += bytesRead;
    }
    return { elapsed: elapsed(), isGood: bytes === count * WRITES_PER_MIB * WRITE.length };
  },
};

const result = await OPERATIONS[operation]();
const { user, system } = process.cpuUsage();
console.log(JSON.stringify({ ...result, cpu: (user + system) / 1e6 }));
