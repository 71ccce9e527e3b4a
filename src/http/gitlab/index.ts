import { Routes } from '../front/routes';
import type { OpenWire } from '../front/wire';
import { appendTrace } from './append-trace';
import { TOKEN_HEADER } from './authorize-job';
import { updateJob } from './update-job';

/** How a runner of GitLab sends the log of a job. Its document is `docs/ci-wires.md`. */
export const gitlab: OpenWire = (wire) => {
  // Each operation checks its token: a runner sends it in a header of its own, or in the body.
  const routes = new Routes(() => true);
  routes.stream(['PATCH'], '/api/v4/jobs/:id/trace', (request, [id]) => appendTrace(request, wire, id));
  routes.stream(['PUT'], '/api/v4/jobs/:id', (request, [id]) => updateJob(request, wire, id));
  return {
    name: 'gitlab',
    path: '/api/v4/jobs',
    tokenHeader: TOKEN_HEADER,
    handle: (request) => routes.handle(request),
  };
};
