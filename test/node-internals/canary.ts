/** @throws Error whose sentence says what an upgrade has removed, and what builds on it */
export function assertStill(isSo: boolean, what: string, user: string): void {
  if (!isSo)
    throw new Error(`${what} no longer: an upgrade has changed what src/node-internals/${user}.ts builds on`);
}
