import type { Config } from '../../config/config';
import type { LogStore } from '../../core/store/store';

/** `memory:` */
export const memoryDriver = {
  schemes: ['memory'],
  isShared: false,

  async open({ limits }: Config): Promise<LogStore> {
    const { MemoryStore }: typeof import('./memory-store') = require('./memory-store');
    return new MemoryStore(limits.streams);
  },

  relayPlace: () => ({}),
};
