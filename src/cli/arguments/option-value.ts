/** What a command line gives an option; a list for one that may be given several times. */
export type OptionValue = string | boolean | readonly string[];
