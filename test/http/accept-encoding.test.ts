import { acceptedCoding } from '../../src/http/headers/accept-encoding';

describe('the coding of an answer', () => {
  it.each([
    ['gzip'],
    ['GZIP'],
    ['deflate, gzip;q=1.0, *;q=0.5'],
    ['gzip;q=0.001'],
    ['*'],
    ['br;q=1, *;q=0.1'],
    ['x-gzip'],
    ['identity;q=0, *'],
    ['identity;q=0.5, gzip;q=0.5'],
    [' , gzip ,'],
    ['gzip ; Q=0.3'],
  ])('is gzip for %j', (header) => {
    expect(acceptedCoding(header)).toBe('gzip');
  });

  it.each([
    [undefined],
    [''],
    ['identity'],
    ['br, zstd'],
    ['gzip;q=0'],
    ['gzip;q=0.000, *'],
    ['*;q=0'],
    ['identity;q=1, gzip;q=0.9'],
    ['gzip;q=2'],
    ['gzip;level=9'],
  ])('is none for %j', (header) => {
    expect(acceptedCoding(header)).toBe('identity');
  });
});
