import { Routes } from '../front/routes';
import type { OpenWire } from '../front/wire';
import { sendSpy } from './send-spy';

/** `/spy`: every live stream in one response. */
export const spy: OpenWire = (wire) => {
  const routes = new Routes();
  routes.stream(['GET'], '/spy', (request) => sendSpy(request, wire));
  return { path: '/spy', handle: (request) => routes.handle(request) };
};
