import { TurnQueue } from '../scheduling/turn-queue';

/** One block of one search per turn: however many searches there are, sockets are read in between. */
const turns = new TurnQueue(
  () => {},
  (ran) => ran === 0,
);

/** Resolves in a turn of the event loop in which no other search scans. Searches that wait take turns. */
export function nextSearchTurn(): Promise<void> {
  return new Promise((start) => turns.add(start));
}
