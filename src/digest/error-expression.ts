import { ERROR_MARKER } from '../markers/error-patterns';

/**
 * One expression for all lines that report an error. Each pattern is a group of its own, so that an alternative of one does not change
 * another.
 * @param patterns of the settings: JavaScript's, with the flag `v`
 */
export function errorExpression(patterns: readonly string[]): string {
  return [ERROR_MARKER, ...patterns].map((pattern) => `(?:${pattern})`).join('|');
}
