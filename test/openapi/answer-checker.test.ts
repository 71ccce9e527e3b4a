import type { Answer } from './watch/answer';
import { AnswerChecker } from './watch/answer-checker';
import { readOpenapi } from './watch/openapi-document';

const checker = new AnswerChecker(readOpenapi());
const REQUEST_ID = 'x-request-id';

function problemsOf(answer: Partial<Answer>, isOwnPort = false): readonly string[] {
  const usual = { method: 'GET', port: '3060', path: '/about', accept: '', status: 200 };
  return checker.check({ ...usual, headers: { [REQUEST_ID]: 'a' }, ...answer }, isOwnPort).problems;
}

const json = (more: object = {}): Record<string, string> => ({
  [REQUEST_ID]: 'a',
  'content-type': 'application/json',
  ...more,
});
const ERROR = '{"error":"There is no such stream","code":"stream_not_found"}';

describe('the comparison of answers with openapi.yaml', () => {
  it.each([
    ['a body that fits', { path: '/healthz', headers: json(), body: '{"status":"ok"}' }],
    [
      'an error that the operation has',
      { path: '/stream/a/info?x', status: 404, headers: json(), body: ERROR },
    ],
    [
      'a path with a slash at the end',
      { path: '/stream/', headers: json(), body: '{"streams":[],"next":null}' },
    ],
    ['a HEAD of a GET', { method: 'HEAD', path: '/healthz', headers: json() }],
    ['an answer to OPTIONS', { method: 'OPTIONS', path: '/spy', headers: { [REQUEST_ID]: 'a' } }],
    ['a stream that is JSON by itself', { path: '/stream/a', headers: json(), body: '[1]' }],
    [
      'an error of no operation',
      { path: '/nothing', status: 404, headers: json(), body: ERROR.replace('stream_', 'route_') },
    ],
  ])('%s fits', (_what, answer) => {
    expect(problemsOf(answer)).toEqual([]);
  });

  it.each([
    ['an operation that is not there', { path: '/nothing' }, /no operation for it: unknown path/],
    ['a method that is not there', { method: 'POST', path: '/about' }, /unknown method/],
    ['a status that is not there', { path: '/stream/a/info', status: 409 }, /streamInfo has no 409/],
    [
      'a header that is not there',
      { headers: { [REQUEST_ID]: 'a', 'x-new': '1' } },
      /the header x-new: 1 is not one/,
    ],
    [
      'a header with another value',
      { headers: { [REQUEST_ID]: 'a b' } },
      /x-request-id: a b must match pattern/,
    ],
    ['a header that is missing', { headers: {} }, /lacks the header X-Request-Id/],
    [
      'another type',
      { headers: { [REQUEST_ID]: 'a', 'content-type': 'text/plain' } },
      /it is text\/plain, not application\/json/,
    ],
    [
      'a body that lacks a member',
      { path: '/healthz', headers: json(), body: '{}' },
      /must have required property 'status'/,
    ],
    [
      'a member that is not there',
      { path: '/healthz', headers: json(), body: '{"status":"ok","more":1}' },
      /additional properties/,
    ],
    [
      'a code of another operation',
      { path: '/stream/a', status: 404, headers: json(), body: ERROR.replace('stream_', 'x_') },
      /allowed values/,
    ],
    [
      'a general error with a code of its own',
      { path: '/about', status: 401, headers: json(), body: ERROR },
      /allowed values/,
    ],
  ])('%s does not fit', (_what, answer, problem) => {
    expect(problemsOf(answer).join()).toMatch(problem);
  });

  it('each line of NDJSON is compared', () => {
    const headers = { [REQUEST_ID]: 'a', 'content-type': 'application/x-ndjson' };
    const match = '{"line":1,"offset":0,"time":null,"text":"a","at":[[0,1]]}\n';
    const end = '{"matches":1,"truncated":false,"scannedBytes":2}\n';
    const path = '/stream/a/matches?q=a';
    expect(problemsOf({ path, headers, body: match + end })).toEqual([]);
    expect(problemsOf({ path, headers, body: match.replace('"at"', '"places"') + end })).toHaveLength(1);
  });

  it('the paths of the port of a relay have no prefix', () => {
    const answer = { method: 'POST', path: '/stream', status: 201, headers: json() };
    const body = '{"stream":"0b8e7b0c-3c39-4bd1-9ac6-8e2a1d1d6a1f"}';
    expect(problemsOf({ ...answer, body }, true)).toEqual([]);
    expect(problemsOf({ ...answer, body: '{}' }, true)).toHaveLength(1);
  });
});
