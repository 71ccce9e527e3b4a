import { h } from './h';
import { icon } from './icon';
import { CROSS_ICON } from './icon-paths';

/**
 * What a notice says. `error` is read out at once, the others when a screen reader has a moment. An `info` lies over the page, and is
 * to be cleared after a moment; the others have a place of their own below it.
 */
export interface Notice {
  readonly level: 'info' | 'warning' | 'error';
  /** What happened. */
  readonly what: string;
  /** Since when; the time of day is added. */
  readonly since?: Date;
  /** What the page does not show because of it, and what it does about it. */
  readonly missing?: string;
  readonly action?: { readonly words: string; run(): void };
}

/** The notices of a page, at most one per subject. */
export class Notices {
  readonly #polite = h('div', { role: 'status' });
  readonly #urgent = h('div', { role: 'alert' });
  readonly element = h('div', { class: 'notices' }, this.#urgent, this.#polite);
  readonly #shown = new Map<string, HTMLElement>();

  /** Shows a notice in place of the one with the same subject, such as `connection`. */
  show(subject: string, notice: Notice): void {
    const element = this.#build(subject, notice);
    const region = notice.level === 'error' ? this.#urgent : this.#polite;
    const before = this.#shown.get(subject);
    this.#shown.set(subject, element);
    if (before?.parentNode === region) before.replaceWith(element);
    else {
      before?.remove();
      region.append(element);
    }
  }

  clear(subject: string): void {
    this.#shown.get(subject)?.remove();
    this.#shown.delete(subject);
  }

  #build(subject: string, { level, what, since, missing, action }: Notice): HTMLElement {
    const more = [since && `Since ${since.toLocaleTimeString()}.`, missing].filter(Boolean).join(' ');
    return h(
      'div',
      { class: `notice ${level}` },
      h('div', {}, h('p', {}, what), more === '' ? undefined : h('p', {}, more)),
      action && h('button', { type: 'button', class: 'button', onclick: () => action.run() }, action.words),
      h(
        'button',
        {
          type: 'button',
          class: 'button quiet',
          'aria-label': 'Dismiss',
          onclick: () => this.clear(subject),
        },
        icon(CROSS_ICON),
      ),
    );
  }
}
