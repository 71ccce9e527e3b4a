/** A regular expression does not compile. The message has the reason. */
export class ExpressionInvalid extends Error {
  override readonly name = 'ExpressionInvalid';
}

/** A search was ended because its expression takes too much. The message says of what. */
export class SearchTooCostly extends Error {
  override readonly name = 'SearchTooCostly';
}
