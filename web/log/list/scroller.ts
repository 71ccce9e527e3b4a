/** The scrolling element of a list, with a spacer that is as high as the scroll range. */
export class Scroller {
  readonly #spacer = document.createElement('div');
  #range = 0;
  #top = 0;
  #viewHeight = 0;

  constructor(
    readonly element: HTMLElement,
    private readonly resized: () => void,
  ) {
    this.#spacer.className = 'list-spacer';
    element.append(this.#spacer);
    new ResizeObserver(() => {
      this.#viewHeight = element.clientHeight;
      this.resized();
    }).observe(element);
  }

  /** How far it was scrolled when it was last read or moved. */
  get top(): number {
    return this.#top;
  }

  get viewHeight(): number {
    return this.#viewHeight;
  }

  get bottom(): number {
    return this.#top + this.#viewHeight;
  }

  get range(): number {
    return this.#range;
  }

  /** Takes over where the user has scrolled to, and how high the view is by now. @returns by how much it was scrolled */
  read(): number {
    const before = this.#top;
    this.#top = this.element.scrollTop;
    this.#viewHeight = this.element.clientHeight;
    return this.#top - before;
  }

  setRange(px: number): void {
    if (px === this.#range) return;
    this.#range = px;
    this.#spacer.style.height = `${px}px`;
  }

  moveTo(top: number): void {
    const target = Math.max(0, top);
    if (target !== this.#top) this.element.scrollTop = target;
    this.#top = target;
  }
}
