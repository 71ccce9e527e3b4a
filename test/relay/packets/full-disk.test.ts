import { execFileSync } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openLocalPacketStore } from '../../../src/relay/packets/local/local-packet-store';
import { LIMITS } from './packet-store.contract';

const mounted = mountSmallDisk();
const onSmallDisk = mounted === undefined ? it.skip : it;

describe('packets on a full disk', () => {
  const directory = mounted ?? '';
  afterAll(() => {
    if (mounted === undefined) return;
    execFileSync('umount', [mounted]);
    return rm(mounted, { recursive: true });
  });

  onSmallDisk(
    'new packets are refused, stored ones are delivered, and there is room again afterwards',
    async () => {
      const limits = { ...LIMITS, clientBuffer: 1_000, clientBytes: 1 << 30 };
      const open = () => openLocalPacketStore(join(directory, 'data'), limits, () => {});
      const ballast = join(directory, 'ballast');
      await writeFile(ballast, Buffer.alloc(2_000_000));
      let { mailboxes, close } = await open();
      const packet = { headers: [], body: Buffer.alloc(200_000, 'x') };
      let given = 0;
      const fill = async (): Promise<void> => {
        for (;;) {
          await mailboxes.put('c', packet);
          given += 1;
        }
      };
      await expect(fill()).rejects.toMatchObject({ code: 'STORE_FULL' });
      expect(given).toBeGreaterThan(10);
      // A login takes little room, and gets through.
      expect(await mailboxes.admit({ id: 'c', acceptsDebug: false }, 'hash')).toBe('admitted');
      await close();

      ({ mailboxes, close } = await open());
      for (; given > 0; given -= 1) {
        const taken = await mailboxes.take('c');
        expect(taken?.packet.body.length).toBe(200_000);
        if (taken !== undefined) await mailboxes.acknowledge(taken);
      }
      expect(await mailboxes.take('c')).toBeUndefined();
      await rm(ballast);
      await mailboxes.put('c', packet);
      expect((await mailboxes.take('c'))?.packet.body.length).toBe(200_000);
      await close();
    },
  );
});

/** `undefined` where this process may not mount. */
function mountSmallDisk(): string | undefined {
  const directory = mkdtempSync(join(tmpdir(), 'loom-packets-disk-'));
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', 'size=16m', 'tmpfs', directory], { stdio: 'ignore' });
    return directory;
  } catch {
    // Only root may, and not in every container.
    rmSync(directory, { recursive: true });
    return undefined;
  }
}
