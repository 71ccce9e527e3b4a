import fc from 'fast-check';
import { ServerEventParser } from '../../../web/shell/server-events';

const TEXT =
  ': comment\nretry: 10\n\nid: 7\nevent: created\ndata: {"id":"a"}\n\ndata\n\ndata:one\ndata: two\r\n\r\nevent: lost\n\n';
const EVENTS = [
  { name: 'created', data: '{"id":"a"}', id: '7' },
  { name: 'message', data: '', id: '7' },
  { name: 'message', data: 'one\ntwo', id: '7' },
];

it('events are parsed as the standard has it', () => {
  expect(new ServerEventParser().add(TEXT)).toEqual(EVENTS);
});

it('the pieces in which the text arrives make no difference', () => {
  fc.assert(
    fc.property(fc.array(fc.nat(TEXT.length)), (cuts) => {
      const places = [0, ...cuts.sort((a, b) => a - b), TEXT.length];
      const parser = new ServerEventParser();
      const events = places.slice(1).flatMap((end, at) => parser.add(TEXT.slice(places[at], end)));
      expect(events).toEqual(EVENTS);
    }),
  );
});

it('an event without an end is refused before it fills the memory', () => {
  const parser = new ServerEventParser();
  const line = `data: ${'x'.repeat(1024 * 1024)}\n`;
  expect(() => {
    for (let at = 0; at < 10; at++) parser.add(line);
  }).toThrow(RangeError);
});
