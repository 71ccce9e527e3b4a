import { preferredType } from '../../src/http/headers/accept';

const EVENTS = 'text/event-stream';

function prefers(accept: string, named: string, otherwise: string): boolean {
  return preferredType(accept, [named], otherwise) !== undefined;
}

describe('Accept headers that select events', () => {
  it.each([
    'text/event-stream',
    'Text/Event-Stream',
    'text/event-stream, */*',
    '*/*, text/event-stream',
    'text/event-stream;q=0.1',
    'text/event-stream; charset=utf-8',
    'text/event-stream;charset="a,b;q=0"',
    'text/plain;q=0.5, text/event-stream;q=0.7',
    'text/event-stream;q=0.5, */*;q=0.1',
    'text/plain, text/event-stream',
    'application/json, text/event-stream',
    'text/event-stream;q=1.000',
    ' , text/event-stream ,',
  ])('the Accept header "%s" selects events', (accept) => {
    expect(prefers(accept, EVENTS, 'text/plain')).toBe(true);
  });
});

describe('Accept headers that select bytes', () => {
  it.each([
    '',
    '*/*',
    'text/*',
    'text/event-stream;q=0',
    'text/event-stream;q=0, */*',
    'text/event-stream;q=0.000;x=y',
    'text/event-stream ; Q=0',
    'text/event-stream;q=0.5, */*',
    'text/event-stream;q=0.5, text/*;q=0.8',
    'text/event-stream;q=0.5, text/plain',
    'text/event-streams',
    'x-text/event-stream',
    'application/json; profile="text/event-stream"',
    'application/json; profile=", text/event-stream"',
  ])('the Accept header "%s" selects bytes', (accept) => {
    expect(prefers(accept, EVENTS, 'text/plain')).toBe(false);
  });
});

it('the most specific range for the other type counts', () => {
  expect(prefers('text/event-stream;q=0.5, */*;q=0.9, text/plain;q=0.1', EVENTS, 'text/plain')).toBe(true);
  expect(prefers('text/event-stream;q=0.5, */*;q=0.9, text/plain;q=0.1', EVENTS, 'image/png')).toBe(false);
});
