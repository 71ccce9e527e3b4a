import type { PacketDb, PacketDbChange, PacketDbKey } from './packet-db';

/** Keeps everything until the process ends. */
export class MemoryPacketDb implements PacketDb {
  readonly #values = new Map<string, Buffer>();

  entries(): Iterable<never> {
    return [];
  }

  get(key: PacketDbKey): Buffer | undefined {
    return this.#values.get(nameOf(key));
  }

  async write(changes: readonly PacketDbChange[]): Promise<void> {
    for (const { key, value } of changes) {
      if (value === undefined) this.#values.delete(nameOf(key));
      else this.#values.set(nameOf(key), value);
    }
  }

  async close(): Promise<void> {
    this.#values.clear();
  }
}

function nameOf(key: PacketDbKey): string {
  return JSON.stringify(key);
}
