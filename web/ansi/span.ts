/** 0 to 255: a colour of the palette, of which 0 to 15 belong to the theme. A string: `#rrggbb`. */
export type Color = number | string;

/** How a piece of text looks. A member that is absent is off. */
export interface Style {
  readonly color?: Color;
  readonly background?: Color;
  readonly bold?: true;
  readonly dim?: true;
  readonly italic?: true;
  readonly underline?: true;
  readonly strike?: true;
  /** The colours are exchanged: also the ones of the theme, if none are set. */
  readonly inverse?: true;
  /** The text is there and can be copied, but is not seen. */
  readonly conceal?: true;
}

/** A piece of a line in one style. It becomes a text node, in a `span` or an `a` if it needs one, and never HTML. */
export interface Span {
  readonly text: string;
  readonly style: Style;
  /** Begins with `http://` or `https://`. */
  readonly href?: string;
  /**
   * Absent: text of the log. `symbol`: replaces a control character that has no picture, such as `␇` or `⟨U+202E⟩`.
   * `note`: words of the viewer, such as `… 90,000 more colours`.
   */
  readonly kind?: 'symbol' | 'note';
}

/** The style of text without any escape sequence. */
export const PLAIN: Style = {};
