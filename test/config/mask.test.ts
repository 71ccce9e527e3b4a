import { maskStore } from '../../src/config/mask';

it.each([
  ['redis://localhost:6379/0', 'redis://localhost:6379/0'],
  ['redis://:secret@localhost/1', 'redis://***@localhost/1'],
  ['rediss://user:se/cr@t@localhost', 'rediss://***@localhost'],
  ['redis://secret@localhost', 'redis://***@localhost'],
  ['redis+sentinel://user:secret@a:1,b:2/master', 'redis+sentinel://***@a:1,b:2/master'],
  ['redis://localhost?db=1&password=secret&x=1', 'redis://localhost?db=1&password=***&x=1'],
  ['redis://localhost?sentinelPassword=secret', 'redis://localhost?sentinelPassword=***'],
  ['file:./data', 'file:./data'],
  ['redsi://user:secret@host:1', 'redsi://***@host:1'],
  ['file:///srv/user:a@b', 'file:///srv/user:a@b'],
  ['file:///tmp@x', 'file:///tmp@x'],
  ['redis:///:secret@host', 'redis://***@host'],
  ['redis:///team/loom:secret@host', 'redis://***@host'],
  ['redis:////secret@host', 'redis://***@host'],
])('the store %s is masked as %s', (url, shown) => {
  expect(maskStore(url)).toBe(shown);
});
