import Router from '@koa/router';
import type { Protocol } from '../front/protocol';
import { consume } from './read/consume';
import { sendStreamInfo } from './read/info';
import { list } from './read/list';
import { produceNamed, produceUnnamed } from './write/produce';
import { remove } from './write/remove';
import { removeBuild } from './write/remove-build';
import { resume } from './write/resume';
import { describeUploads } from './write/upload-options';

/** The Loom wire: `/stream`. Its document is `docs/loom.md`. */
export const loom: Protocol = {
  routes(wire) {
    const router = new Router({ sensitive: true });
    router.options(['/stream', '/stream/:id'], (ctx, next) => describeUploads(ctx, wire, next));
    router.get('/stream', (ctx) => list(ctx, wire));
    // `curl -T -` sends PUT, and people pipe into it.
    router.register('/stream', ['POST', 'PUT'], (ctx) => produceUnnamed(ctx, wire));
    router.register('/stream/:id', ['POST', 'PUT'], (ctx) => produceNamed(ctx, wire));
    router.get('/stream/:id', (ctx) => consume(ctx, wire));
    router.get('/stream/:id/info', (ctx) => sendStreamInfo(ctx, wire));
    router.patch('/stream/:id', (ctx) => resume(ctx, wire));
    router.delete('/stream/:id', (ctx) => remove(ctx, wire));
    router.delete('/stream/build/:buildId', (ctx) => removeBuild(ctx, wire));
    return router;
  },
};
