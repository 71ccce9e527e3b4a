import { banner } from '../../src/observe/banner';
import { configFrom } from '../support/config';

const URL = 'http://127.0.0.1:3060';

it('the banner has the URL, the store and commands to try', () => {
  const text = banner(configFrom({}), URL);
  expect(text).toContain(`listens on ${URL}\n`);
  expect(text).toContain('file:./data\n');
  expect(text).toContain(`curl --no-buffer ${URL}/stream/clock\n`);
  expect(text).toContain(`open ${URL} in a browser`);
});

it('the banner has an Authorization header for tokens, and no secret', () => {
  const text = banner(configFrom({ tokens: ['SECRET'], store: 'redis://:SECRET@cache' }), URL);
  expect(text).toContain('-H "Authorization: Bearer $LOOM_TOKEN"');
  expect(text).toContain('redis://***@cache');
  expect(text).not.toContain('SECRET');
});
