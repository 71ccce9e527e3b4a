/**
 * Between positions in the whole list and positions of the scroll bar, both in px.
 *
 * Chromium clamps an element at 33,554,428 px and is inexact beyond 2^24, Firefox clamps at 17.9 million: a long list has a scroll range
 * that is shorter than itself. The first and the last two million px are kept as they are, and what lies between them is compressed,
 * so that scrolling near an end always arrives there.
 */
export const SCROLL_RANGE_MAX_PX = 15_000_000;

const EXACT_EDGE_PX = 2_000_000;

/** How long the scroll range of a list of this height is. */
export function scrollRange(total: number): number {
  return Math.min(total, SCROLL_RANGE_MAX_PX);
}

/** Where a position in the list is in its scroll range. */
export function toScrollPosition(position: number, total: number): number {
  if (total <= SCROLL_RANGE_MAX_PX || position <= EXACT_EDGE_PX) return position;
  const fromEnd = total - position;
  if (fromEnd <= EXACT_EDGE_PX) return SCROLL_RANGE_MAX_PX - fromEnd;
  return EXACT_EDGE_PX + (position - EXACT_EDGE_PX) / compression(total);
}

/** The position in the list that a place in its scroll range means. */
export function fromScrollPosition(place: number, total: number): number {
  if (total <= SCROLL_RANGE_MAX_PX || place <= EXACT_EDGE_PX) return place;
  const fromEnd = SCROLL_RANGE_MAX_PX - place;
  if (fromEnd <= EXACT_EDGE_PX) return total - fromEnd;
  return EXACT_EDGE_PX + (place - EXACT_EDGE_PX) * compression(total);
}

function compression(total: number): number {
  return (total - 2 * EXACT_EDGE_PX) / (SCROLL_RANGE_MAX_PX - 2 * EXACT_EDGE_PX);
}
