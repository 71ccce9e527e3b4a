import { Routes } from '../front/routes';
import type { OpenWire } from '../front/wire';
import { sendDigest } from './digest/digest';
import { assertMeantId } from './headers/meant-id';
import { parseStreamId } from './headers/stream-id';
import { createLink } from './links/create-link';
import { consume } from './read/consume';
import { sendStreamInfo } from './read/info';
import { sendLineMarks } from './read/line-marks';
import { sendList } from './read/list';
import { sendProgressiveText } from './read/progressive-text';
import { sendMatches } from './search/matches';
import { wait } from './wait/wait';
import { produceNamed, produceUnnamed } from './write/produce';
import { deleteStream } from './write/remove';
import { removeBuild } from './write/remove-build';
import { resume } from './write/resume';
import { describeUploads } from './write/upload-options';

/** The Loom wire: `/stream`. Its document is `docs/loom.md`. */
export const loom: OpenWire = (wire) => {
  const routes = new Routes();
  const { whole } = routes;
  whole.options(['/stream', '/stream/:id'], (ctx, next) => describeUploads(ctx, wire, next));
  whole.get('/stream', (ctx) => sendList(ctx, wire));
  // `curl -T -` sends PUT, and people pipe into it.
  routes.stream(['POST', 'PUT'], '/stream', (request) => produceUnnamed(request, wire));
  routes.stream(['POST', 'PUT'], '/stream/:id', (request, [id]) =>
    produceNamed(request, wire, parseStreamId(id)),
  );
  routes.stream(['GET'], '/stream/:id', (request, [id]) => consume(request, wire, parseStreamId(id)));
  whole.get('/stream/:id/info', (ctx) => sendStreamInfo(ctx, wire));
  whole.get('/stream/:id/index', (ctx) => sendLineMarks(ctx, wire));
  whole.get('/stream/:id/digest', (ctx) => sendDigest(ctx, wire));
  routes.stream(['GET'], '/stream/:id/progressiveText', (request, [id]) =>
    sendProgressiveText(request, wire, parseStreamId(id)),
  );
  routes.stream(['GET'], '/stream/:id/wait', (request, [id]) => wait(request, wire, parseStreamId(id)));
  routes.stream(['GET'], '/stream/:id/matches', (request, [id]) =>
    sendMatches(request, wire, parseStreamId(id)),
  );
  routes.stream(['POST'], '/stream/:id/links', (request, [id]) =>
    createLink(request, wire, parseStreamId(id)),
  );
  routes.stream(['PATCH'], '/stream/:id', (request, [id]) => resume(request, wire, parseStreamId(id)));
  whole.delete('/stream/:id', (ctx) => deleteStream(ctx, wire));
  whole.delete('/stream/build/:buildId', (ctx) => removeBuild(ctx, wire));
  return {
    name: 'loom',
    path: '/stream',
    handle: (request) => {
      assertMeantId(request);
      return routes.handle(request);
    },
  };
};
