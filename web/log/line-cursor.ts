import type { LogView } from './log-view';

/** The line that the keyboard is at. It is drawn only once a key has moved it. */
export class LineCursor {
  #line: number | undefined;

  constructor(
    private readonly view: LogView,
    /** Before it is moved: nothing else may move the log then. */
    private readonly moving: () => void,
  ) {}

  /** Where the next key begins. */
  get line(): number {
    return this.#line ?? this.view.firstVisibleLine;
  }

  isAt(line: number): boolean {
    return line === this.#line;
  }

  /** Moves by rows. Out of view, it begins at the first line in view. */
  move(rows: number): void {
    const { view } = this;
    const isInView =
      this.#line !== undefined && this.#line >= view.firstVisibleLine && this.#line <= view.lastVisibleLine;
    const start = isInView ? this.line : view.firstVisibleLine;
    // The first key only shows where it is.
    const by = this.#line === undefined ? 0 : rows;
    const row = Math.max(0, Math.min(view.list.count - 1, view.rowOf(start) + by));
    this.moveTo(view.lineAt(row));
  }

  moveTo(line: number): void {
    this.moving();
    this.set(line);
    this.view.showLine(line, 'nearest');
  }

  /** Without moving the log. */
  set(line: number): void {
    this.#line = line;
    this.view.restyle();
  }
}
