import Router from '@koa/router';
import { registerLayer } from '../../src/node-internals/route-layer';
import { assertStill } from './canary';

describe('what the server builds on inside of @koa/router', () => {
  it('matches a path by the layer of its route', () => {
    const layer = registerLayer(new Router(), '/stream/:id', ['GET']);
    assertStill(layer.methods.includes('GET'), 'a layer has methods', 'route-layer');
    assertStill(layer.methods.includes('HEAD'), 'a layer of GET has HEAD', 'route-layer');
    assertStill(layer.regexp.exec('/stream/a%2Fb')?.[1] === 'a%2Fb', 'a layer has regexp', 'route-layer');
  });
});
