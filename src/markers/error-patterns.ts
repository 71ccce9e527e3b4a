import { MARKER_PREFIX } from './markers-of';

/** Finds the lines that report an error by a marker: `::error::` and `##[error]` of GitHub. */
export const ERROR_MARKER = String.raw`^${MARKER_PREFIX}[ \t]*(?:::error(?: [^\r\n]*?)?::|##\[error\])`;

/** Lines that report an error although no marker says so. Colours may be in them. */
export const ERROR_PATTERNS: readonly string[] = [
  // Compilers, npm, git: `a.c:7:1: error: …`, `error[E0308]: …`, `fatal: …`.
  String.raw`(?:^|\W|\dm)(?:[Ee]rror|ERROR|[Ff]atal|FATAL|panic)(?:\[\w+\]| TS\d+)?(?:\x1b\[[\d;]*m)*:`,
  // Exceptions: `ValueError: …`, `java.io.IOException: …`, and those of pytest.
  String.raw`^(?:Uncaught |E {3})?[\w.]*(?:Error|Exception): `,
  // Tests of Go, Jest and pytest.
  String.raw`^\s*(?:--- )?FAIL(?:ED)?\b`,
  '^npm (?:ERR!|error) ',
  // make
  String.raw`\*\*\* \[[^\]]*\] Error \d`,
  // shells
  ': (?:command )?not found$',
];
