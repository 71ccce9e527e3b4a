import type { Packet } from '../../../src/relay/packets/store/packet';
import type {
  InFlightPacket,
  PacketLimits,
  PacketStore,
} from '../../../src/relay/packets/store/packet-store';

export const LIMITS: PacketLimits = {
  clientBuffer: 4,
  clientBytes: 10_000,
  upstreamBuffer: 3,
  upstreamBytes: 10_000,
  clients: 5,
  tokenLifetime: 60_000,
};

const packet = (body: string): Packet => ({ from: 'ä', headers: ['X-Ä', 'ö'], body: Buffer.from(body) });
const textOf = (taken: InFlightPacket | undefined): string | undefined => taken?.packet.body.toString();

/** What a store of packets promises. `open` opens an empty one. */
export function describePacketStore(
  name: string,
  open: (limits: PacketLimits) => Promise<PacketStore>,
): void {
  describe(`the packet store ${name}`, () => {
    let store: PacketStore;
    const opened = async (limits: Partial<PacketLimits> = {}): Promise<PacketStore> => {
      store = await open({ ...LIMITS, ...limits });
      return store;
    };
    afterEach(() => store.close());

    const give = async (...bodies: readonly string[]): Promise<void> => {
      for (const body of bodies) await store.mailboxes.put('c', packet(body));
    };

    it('packets are taken in order and unchanged, each with the number of the remaining ones', async () => {
      const { mailboxes } = await opened();
      await give('1', '2', '3');
      const taken = [await mailboxes.take('c'), await mailboxes.take('c'), await mailboxes.take('c')];
      expect(taken.map(textOf)).toEqual(['1', '2', '3']);
      expect(taken.map((one) => one?.remaining)).toEqual([2, 1, 0]);
      expect(taken[0]?.packet).toEqual(packet('1'));
      expect(await mailboxes.take('c')).toBeUndefined();
      expect(await mailboxes.take('another')).toBeUndefined();
    });

    it('requeued packets are back in their places, in whichever order they return', async () => {
      const { mailboxes } = await opened();
      await give('1', '2', '3');
      const [first, second] = [await mailboxes.take('c'), await mailboxes.take('c')];
      if (first === undefined || second === undefined) throw new Error('nothing was taken');
      await mailboxes.requeue(first);
      await mailboxes.requeue(second);
      await mailboxes.requeue(first);
      const texts = [await mailboxes.take('c'), await mailboxes.take('c'), await mailboxes.take('c')].map(
        textOf,
      );
      expect(texts).toEqual(['1', '2', '3']);
      expect(await mailboxes.take('c')).toBeUndefined();
    });

    it('an acknowledged packet does not come back', async () => {
      const { mailboxes } = await opened();
      await give('1', '2');
      const first = await mailboxes.take('c');
      if (first === undefined) throw new Error('nothing was taken');
      await mailboxes.acknowledge(first);
      await mailboxes.requeue(first);
      expect(textOf(await mailboxes.take('c'))).toBe('2');
      expect(await mailboxes.take('c')).toBeUndefined();
    });

    it('a packet beyond clientBuffer pushes out the oldest', async () => {
      const { mailboxes } = await opened();
      await give('1', '2', '3', '4');
      const first = await mailboxes.take('c');
      await give('5', '6');
      if (first !== undefined) await mailboxes.requeue(first);
      expect(textOf(await mailboxes.take('c'))).toBe('3');
    });

    it('a packet beyond clientBytes pushes out the older ones, but not itself', async () => {
      const { mailboxes } = await opened();
      await give('1', 'x'.repeat(9_000), 'y'.repeat(20_000));
      expect(textOf(await mailboxes.take('c'))).toMatch(/^y+$/);
      expect(await mailboxes.take('c')).toBeUndefined();
    });

    it('a new packet wakes its listener', async () => {
      const { mailboxes } = await opened();
      const woken = new Promise<void>((resolve) => mailboxes.onMail('c', resolve));
      expect(await mailboxes.take('c')).toBeUndefined();
      await give('1');
      await woken;
      expect(textOf(await mailboxes.take('c'))).toBe('1');
    });

    it('a token is valid until the next login with another one', async () => {
      const { mailboxes } = await opened();
      const client = { id: 'c', acceptsDebug: true };
      await mailboxes.admit(client, 'one');
      await mailboxes.admit(client, 'one');
      expect(await mailboxes.identify('one')).toMatchObject(client);
      await mailboxes.admit({ id: 'c', acceptsDebug: false }, 'two');
      expect(await mailboxes.identify('one')).toBeUndefined();
      expect(await mailboxes.identify('two')).toMatchObject({ id: 'c', acceptsDebug: false });
      expect(await mailboxes.acceptsDebug('c')).toBe(false);
    });

    it('a token that another client uses is no longer valid for the first one', async () => {
      const { mailboxes } = await opened();
      await mailboxes.admit({ id: 'a', acceptsDebug: true }, 'same');
      await mailboxes.admit({ id: 'b', acceptsDebug: false }, 'same');
      expect(await mailboxes.identify('same')).toMatchObject({ id: 'b' });
      expect(await mailboxes.acceptsDebug('a')).toBe(false);
    });

    it('a token expires after tokenLifetime and frees the place of its client', async () => {
      const tokenLifetime = 1_000;
      const { mailboxes } = await opened({ tokenLifetime, clients: 1 });
      await mailboxes.admit({ id: 'c', acceptsDebug: true }, 'one');
      expect(await mailboxes.admit({ id: 'd', acceptsDebug: false }, 'two')).toBe('full');
      await new Promise((resolve) => setTimeout(resolve, tokenLifetime + 10));
      expect(await mailboxes.identify('one')).toBeUndefined();
      expect(await mailboxes.acceptsDebug('c')).toBe(false);
      expect(await mailboxes.admit({ id: 'd', acceptsDebug: false }, 'two')).toBe('admitted');
    });

    it('clients beyond the limit are refused, logged in or not', async () => {
      const { mailboxes } = await opened();
      for (const id of ['1', '2']) await mailboxes.admit({ id, acceptsDebug: false }, `token ${id}`);
      for (const id of ['3', '4', '5']) expect(await mailboxes.put(id, packet('x'))).toBe('stored');
      expect(await mailboxes.put('6', packet('x'))).toBe('full');
      expect(await mailboxes.admit({ id: '6', acceptsDebug: false }, 'token 6')).toBe('full');
      expect(await mailboxes.put('1', packet('x'))).toBe('stored');
      expect(await mailboxes.admit({ id: '5', acceptsDebug: false }, 'token 5')).toBe('admitted');
    });

    it('new packets for the upstream are returned once, in order, until they are removed', async () => {
      const { outbox } = await opened();
      for (const client of ['a', 'b', 'a']) expect(await outbox.add(client, packet(client))).toBe('added');
      const news = await outbox.newPackets();
      expect(news.map(({ client }) => client)).toEqual(['a', 'b', 'a']);
      expect(await outbox.newPackets()).toEqual([]);
      const [first] = news;
      if (first === undefined) throw new Error('there is no news');
      expect(await outbox.load(first)).toEqual(packet('a'));
      await outbox.remove(first);
      await outbox.remove(first);
      expect(await outbox.load(first)).toBeUndefined();
    });

    it('packets for the upstream beyond the limits of number and bytes are refused', async () => {
      const { outbox } = await opened();
      for (const body of ['1', '2', '3']) expect(await outbox.add('c', packet(body))).toBe('added');
      expect(await outbox.add('c', packet('4'))).toBe('full');
      expect(await outbox.isFull()).toBe(true);
      for (const one of await outbox.newPackets()) await outbox.remove(one);
      expect(await outbox.isFull()).toBe(false);
      expect(await outbox.add('c', packet('x'.repeat(20_000)))).toBe('added');
      expect(await outbox.add('c', packet('1'))).toBe('full');
    });
  });
}
