/** What a key does on a page. */
export interface KeyBinding {
  /** Names as `KeyboardEvent.key` has them, such as `j`, `G` or `ArrowDown`; with Ctrl or Cmd: `Ctrl+f`. */
  readonly keys: readonly string[];
  /** For the dialog of `?`. */
  readonly words: string;
  /** `false`: not now. The browser does with the key what it does without this page. */
  run(event: KeyboardEvent): unknown;
}

/** These have a meaning for what is focused: a button, a link. */
const PRESSING = new Set(['Enter', ' ']);
const PRESSABLE = 'a, button, input, select, summary, textarea';
const EDITABLE = 'input, select, textarea, [contenteditable]';

/** The keys of a page. They are off while a dialog is open, and while a person types. */
export class Keys {
  readonly #bindings: KeyBinding[] = [];

  constructor(signal?: AbortSignal) {
    document.addEventListener(
      'keydown',
      (event) => this.#handle(event),
      signal === undefined ? {} : { signal },
    );
  }

  get bindings(): readonly KeyBinding[] {
    return this.#bindings;
  }

  add(...bindings: readonly KeyBinding[]): void {
    this.#bindings.push(...bindings);
  }

  #handle(event: KeyboardEvent): void {
    const name = nameOf(event);
    if (event.defaultPrevented || name === undefined || !isForPage(event, name)) return;
    const binding = this.#bindings.find(({ keys }) => keys.includes(name));
    if (binding !== undefined && binding.run(event) !== false) event.preventDefault();
  }
}

function nameOf({ key, ctrlKey, metaKey, altKey }: KeyboardEvent): string | undefined {
  if (altKey) return undefined;
  return ctrlKey || metaKey ? `Ctrl+${key.toLowerCase()}` : key;
}

function isForPage({ target, isComposing }: KeyboardEvent, name: string): boolean {
  if (isComposing || document.querySelector('dialog[open]') !== null) return false;
  if (!(target instanceof Element)) return true;
  if (PRESSING.has(name)) return target.closest(PRESSABLE) === null;
  return name.startsWith('Ctrl+') || name === 'Escape' || target.closest(EDITABLE) === null;
}
