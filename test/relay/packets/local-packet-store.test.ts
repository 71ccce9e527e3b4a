import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalPacketStore } from '../../../src/relay/packets/local/local-packet-store';
import type { PacketLimits, PacketStore } from '../../../src/relay/packets/store/packet-store';
import { describePacketStore, LIMITS } from './packet-store.contract';

const directories: string[] = [];
const freshDirectory = (): string => {
  const directory = mkdtempSync(join(tmpdir(), 'loom-packets-'));
  directories.push(directory);
  return directory;
};
afterAll(() => {
  for (const directory of directories) rmSync(directory, { recursive: true, force: true });
});

const warn = (): void => {};
const open = (directory: string | undefined, limits: PacketLimits): Promise<PacketStore> =>
  openLocalPacketStore(directory, limits, warn);

describePacketStore('in memory', (limits) => open(undefined, limits));
describePacketStore('in a directory', (limits) => open(freshDirectory(), limits));

describe('packets in a directory', () => {
  it('packets, even those in flight, clients and tokens survive a restart', async () => {
    const directory = freshDirectory();
    const headers = ['X-A', 'a'];
    const before = await open(directory, LIMITS);
    await before.mailboxes.admit({ id: 'c', acceptsDebug: true }, 'hash');
    for (const body of ['1', '2', '3']) await before.mailboxes.put('c', { headers, body: Buffer.from(body) });
    const first = await before.mailboxes.take('c');
    if (first !== undefined) await before.mailboxes.acknowledge(first);
    await before.mailboxes.take('c');
    for (const client of ['z', 'a']) await before.outbox.add(client, { headers, body: Buffer.from(client) });
    await before.close();

    const after = await open(directory, LIMITS);
    expect(await after.mailboxes.identify('hash')).toMatchObject({ id: 'c', acceptsDebug: true });
    expect((await after.mailboxes.take('c'))?.packet).toEqual({ headers, body: Buffer.from('2') });
    await after.mailboxes.put('c', { headers, body: Buffer.from('4') });
    expect((await after.mailboxes.take('c'))?.packet.body.toString()).toBe('3');
    expect((await after.mailboxes.take('c'))?.packet.body.toString()).toBe('4');
    expect((await after.outbox.newPackets()).map(({ client }) => client)).toEqual(['z', 'a']);
    await after.close();
  });
});
