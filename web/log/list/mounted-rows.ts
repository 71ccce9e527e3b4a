/** An element that can show any row of a list. */
export interface RowView {
  readonly element: HTMLElement;
  /** It shows all that it will: its height stays. */
  readonly isComplete: boolean;
  /** Shows this row from now on, as it is at this moment. */
  show(row: number): void;
}

interface MountedRow {
  readonly view: RowView;
  /** Negative if its content is out of date. */
  row: number;
}

const STALE = -1;
const SPARES_MAX = 100;

/**
 * The elements of the rows that are in the document, in the order of their rows. They are used again for other rows.
 *
 * Pinned rows are those in which the selection begins and ends: they stay in the document, aside, when the others have moved on, so
 * that the browser keeps the selection.
 */
export class MountedRows {
  #rows: MountedRow[] = [];
  readonly #spares: RowView[] = [];
  readonly #byElement = new WeakMap<Element, MountedRow>();
  #pinned: ReadonlySet<number> = new Set();
  #from = 0;
  #to = 0;
  #hasAside = false;

  constructor(
    private readonly layer: HTMLElement,
    private readonly createView: () => RowView,
  ) {}

  get from(): number {
    return this.#from;
  }

  get to(): number {
    return this.#to;
  }

  /** None of the rows in view waits for its content. */
  get areComplete(): boolean {
    return this.#rows.every(({ view }) => view.isComplete);
  }

  /** The row that an element of the document belongs to. */
  rowOf(node: Node | null): number | undefined {
    for (let at = node; at !== null && at !== this.layer; at = at.parentNode)
      if (at.parentNode === this.layer) return this.#byElement.get(at as Element)?.row;
    return undefined;
  }

  elementOf(row: number): HTMLElement | undefined {
    return this.#rows.find((mounted) => mounted.row === row)?.view.element;
  }

  pin(rows: readonly number[]): void {
    this.#pinned = new Set(rows);
  }

  /** Shows the rows from `from` up to, but not including, `to`. */
  show(from: number, to: number): void {
    const kept = this.#rows.filter(({ row }) => (row >= from && row < to) || this.#pinned.has(row));
    const free = this.#rows.filter((mounted) => !kept.includes(mounted));
    if (kept.length === 0) this.#rows = this.#replaceAll(free, from, to);
    else this.#rows = this.#mergeInto(kept, free, from, to);
    for (const { view } of free) this.#putAway(view);
    this.#from = from;
    this.#to = to;
    if (this.#pinned.size > 0 || this.#hasAside) this.#markAside();
  }

  /** Paints again what is mounted, of a list with so many rows by now. */
  repaint(count: number): void {
    this.#to = Math.min(this.#to, count);
    this.#rows = this.#rows.filter(({ view, row }) => {
      if (row >= count) this.#putAway(view);
      else if (row !== STALE) view.show(row);
      return row < count;
    });
  }

  /** The numbers of all rows have changed: what is mounted will be painted anew, and no selection survives. */
  invalidate(): void {
    this.#pinned = new Set();
    for (const mounted of this.#rows) mounted.row = STALE;
  }

  /** The heights of the rows from `from` to `to`, as the browser has laid them out. */
  measure(): number[] {
    const heights: number[] = [];
    for (const { view, row } of this.#rows)
      if (row >= this.#from && row < this.#to) heights.push(view.element.offsetHeight);
    return heights;
  }

  /** Nothing stays: the elements are filled in the order in which they are. */
  #replaceAll(free: MountedRow[], from: number, to: number): MountedRow[] {
    const rows: MountedRow[] = [];
    for (let row = from; row < to; row++) {
      const mounted = free.shift() ?? this.#append();
      this.#paint(mounted, row);
      rows.push(mounted);
    }
    return rows;
  }

  /** Rows that stay are not moved, because that would end a selection in them. */
  #mergeInto(kept: readonly MountedRow[], free: MountedRow[], from: number, to: number): MountedRow[] {
    const rows = kept.filter(({ row }) => row < from);
    const rest = kept.slice(rows.length);
    for (let row = from; row < to; row++) {
      if (rest[0]?.row === row) {
        rows.push(...rest.splice(0, 1));
        continue;
      }
      const mounted = free.pop() ?? this.#append();
      this.layer.insertBefore(mounted.view.element, rest[0]?.view.element ?? null);
      this.#paint(mounted, row);
      rows.push(mounted);
    }
    return [...rows, ...rest];
  }

  #append(): MountedRow {
    const view = this.#spares.pop() ?? this.createView();
    const mounted = { view, row: STALE };
    this.#byElement.set(view.element, mounted);
    this.layer.append(view.element);
    return mounted;
  }

  #paint(mounted: MountedRow, row: number): void {
    mounted.row = row;
    mounted.view.show(row);
  }

  #putAway(view: RowView): void {
    view.element.remove();
    if (this.#spares.length < SPARES_MAX) this.#spares.push(view);
  }

  #markAside(): void {
    this.#hasAside = false;
    for (const { view, row } of this.#rows) {
      const isAside = row < this.#from || row >= this.#to;
      view.element.classList.toggle('aside', isAside);
      this.#hasAside ||= isAside;
    }
  }
}
