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
  try {
    localStorage.setItem(KEY, JSON.stringify(settings));
  } catch {
    // A browser that blocks storage: the settings hold for this page.
  }
}

function parse(): { readonly timeMode?: unknown; readonly isWrapped?: unknown } {
  try {
    return JSON.parse(localStorage.getItem(KEY) ?? '{}') ?? {};
  } catch {
    return {};
  }
}
