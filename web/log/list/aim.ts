/** Where a row is put in view. `nearest`: it moves only if it is not in view. */
export type Alignment = 'start' | 'center' | 'end' | 'nearest';

/** A row that is to be at a place in view, once it and the rows around it have their heights. */
export interface Aim {
  readonly row: number;
  readonly alignment: Exclude<Alignment, 'nearest'>;
}

/**
 * How far below the top of the view the row begins.
 * @param space what the row leaves of the height of the view; negative if it is higher
 */
export function offsetOf({ alignment }: Pick<Aim, 'alignment'>, space: number): number {
  if (alignment === 'start') return 0;
  return alignment === 'end' ? space : Math.max(0, space / 3);
}

/**
 * What `nearest` means for a row.
 * @param offset how far below the top of the view it begins
 * @returns undefined if it is in view
 */
export function nearestAlignment(
  offset: number,
  space: number,
  viewHeight: number,
): Aim['alignment'] | undefined {
  if (offset < -viewHeight || offset > 2 * viewHeight) return 'center';
  if (offset < 0) return 'start';
  if (offset <= space) return undefined;
  return space < 0 ? 'start' : 'end';
}
