import { Routes } from '../front/routes';
import type { OpenWire } from '../front/wire';
import { sendManyMatches } from '../loom/search/many-matches';

/** `/matches`: a search through many streams. */
export const matches: OpenWire = (wire) => {
  const routes = new Routes();
  routes.stream(['GET'], '/matches', (request) => sendManyMatches(request, wire));
  return { name: 'matches', path: '/matches', handle: (request) => routes.handle(request) };
};
