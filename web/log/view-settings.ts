import { readSetting, storeSetting } from '../shell/stored-setting';
import { TIME_MODES, type TimeMode } from './rows/time-format';

const KEY = 'loom-log-view';

/** How a person wants to see logs. It is kept for the next one. */
export interface ViewSettings {
  readonly timeMode: TimeMode;
  readonly isWrapped: boolean;
}

export function storedSettings(): ViewSettings {
  const { timeMode, isWrapped } = parse();
  return { timeMode: TIME_MODES.find((mode) => mode === timeMode) ?? 'off', isWrapped: isWrapped === true };
}

export function storeSettings(settings: ViewSettings): void {
  storeSetting(KEY, JSON.stringify(settings));
}

function parse(): { readonly timeMode?: unknown; readonly isWrapped?: unknown } {
  try {
    return JSON.parse(readSetting(KEY) ?? '{}') ?? {};
  } catch {
    return {};
  }
}
