/** When each exit code is used, in short. */
export const EXIT_WORDS: readonly (readonly [code: string, description: string])[] = [
  ['0', 'done'],
  [
    '1',
    'the server refused, cannot be reached or has lost bytes, or stream gave up; grep: no line was found',
  ],
  ['2', 'the command line is wrong; grep: any error'],
  ['3', 'follow, wait, cp: the stream ended, but is not complete'],
  ['4', 'follow, cat: the server lost bytes that are in the output'],
  ['124', 'wait: the timeout has passed'],
  ['126, 127', 'run: the command cannot be run; it is not found'],
  ['128 + n', 'ended by signal n'],
];
