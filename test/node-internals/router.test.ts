import Router from '@koa/router';
import { registerLayer } from '../../src/node-internals/route-layer';
import { assertStill } from './canary';

describe('internals of @koa/router', () => {
  it('the layer of a route has its methods and matches its paths', () => {
    const layer = registerLayer(new Router(), '/stream/:id', ['GET']);
    assertStill(layer.methods.includes('GET'), 'a layer has methods', 'route-layer');
    assertStill(layer.methods.includes('HEAD'), 'a layer of GET has HEAD', 'route-layer');
    assertStill(layer.regexp.exec('/stream/a%2Fb')?.[1] === 'a%2Fb', 'a layer has regexp', 'route-layer');
  });
});
