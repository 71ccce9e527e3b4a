import { MemoryStore } from '../../../src/storage/memory/memory-store';
import { describeStore, type OpenedStore } from '../../contract/store.contract';

async function open(logsMax?: number): Promise<OpenedStore> {
  const store = new MemoryStore(logsMax);
  return { store, close: () => store.close() };
}

describeStore('memory', open, { openWithLogsMax: open });
