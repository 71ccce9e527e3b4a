/** The variables that the command line reads. */
export const ENVIRONMENT: readonly (readonly [string, string])[] = [
  ['LOOM_URL', "the server's URL; the command line may then omit it"],
  ['LOOM_TOKEN', 'the access token'],
  ['LOOM_PROFILE', 'the profile, if the command line names none'],
  ['NO_COLOR', 'if set, no colours without --color'],
];
