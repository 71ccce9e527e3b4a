import { iconButton, nameButton } from '../shell/icon-button';
import { CLOCK_ICON, FOLD_ICON, WRAP_ICON } from '../shell/icon-paths';
import { press } from '../shell/pressed';
import type { LogView } from './log-view';
import { TIME_MODES, type TimeMode } from './rows/time-format';
import { storedSettings, storeSettings } from './view-settings';

const TIME_WORDS: Readonly<Record<TimeMode, string>> = {
  off: 'off',
  relative: 'since the start',
  local: 'local',
  utc: 'UTC',
};

/** How the log is shown: its times, wrapped lines, folds. Each is a button and a key. */
export class LogActions {
  readonly #time = iconButton(CLOCK_ICON, 'Times', 't', () => this.nextTimeMode());
  readonly #wrap = iconButton(WRAP_ICON, 'Wrap long lines', 'w', () => this.toggleWrap());
  readonly #folds = iconButton(FOLD_ICON, 'Folds', 'z', () => this.toggleFolds());
  readonly elements = [this.#time, this.#wrap, this.#folds];

  constructor(private readonly view: LogView) {
    const { timeMode, isWrapped } = storedSettings();
    if (timeMode !== 'off') view.setTimeMode(timeMode);
    if (isWrapped) view.setWrap(true);
    view.source.subscribe(() => this.#showFolds());
    this.#show();
    this.#showFolds();
  }

  nextTimeMode(): void {
    const next = TIME_MODES[(TIME_MODES.indexOf(this.view.timeMode) + 1) % TIME_MODES.length] ?? 'off';
    this.view.setTimeMode(next);
    this.#store();
  }

  toggleWrap(): void {
    this.view.setWrap(!this.view.isWrapped);
    this.#store();
  }

  /** Without folds, every line is shown as it is. */
  toggleFolds(): void {
    const { folds } = this.view.source;
    folds.enabled = !folds.enabled;
    this.view.restyle();
    this.#showFolds();
  }

  #store(): void {
    storeSettings({ timeMode: this.view.timeMode, isWrapped: this.view.isWrapped });
    this.#show();
  }

  #show(): void {
    const { timeMode, isWrapped } = this.view;
    nameButton(this.#time, `Times: ${TIME_WORDS[timeMode]}`, 't');
    press(this.#time, timeMode !== 'off');
    press(this.#wrap, isWrapped);
  }

  #showFolds(): void {
    const { folds } = this.view.source;
    this.#folds.hidden = folds.count === 0;
    press(this.#folds, folds.enabled);
  }
}
