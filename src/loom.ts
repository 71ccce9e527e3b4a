// What `bin/loom` runs. A build makes one file of it and of all that it imports; what is required in a function is evaluated when it is called.
import { nameSourceFiles } from './observe/source-names';

export { parseCommandLine } from './config/command-line';
export { loadConfig } from './config/load';
export { unknownVariables } from './config/unknown-variables';
export { createLogger } from './observe/logger';
export { isShared } from './storage/drivers';

nameSourceFiles(__filename);

export function loadBackUp(): typeof import('./back-up') {
  return require('./back-up');
}

export function loadBanner(): typeof import('./observe/banner') {
  return require('./observe/banner');
}

export function loadCheck(): typeof import('./check/check') {
  return require('./check/check');
}

export function loadHelp(): typeof import('./config/help') & typeof import('./words/help-layout') {
  return { ...require('./config/help'), ...require('./words/help-layout') };
}

export function loadManual(): typeof import('./config/manual-page') {
  return require('./config/manual-page');
}

export function loadMemory(): typeof import('./memory/heap-growth') &
  typeof import('./memory/return-memory') &
  typeof import('./memory/young-generation') {
  return {
    ...require('./memory/heap-growth'),
    ...require('./memory/return-memory'),
    ...require('./memory/young-generation'),
  };
}

export function loadPrimaryLink(): typeof import('./workers/primary-link') {
  return require('./workers/primary-link');
}

export function loadRecovery(): typeof import('./recover') {
  return require('./recover');
}

export function loadServer(): typeof import('./server') & typeof import('./http/tokens/token-setting') {
  return { ...require('./server'), ...require('./http/tokens/token-setting') };
}

export function loadWorkerPool(): typeof import('./workers/worker-pool') {
  return require('./workers/worker-pool');
}
