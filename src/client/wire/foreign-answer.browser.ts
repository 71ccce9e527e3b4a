/** What an answer means that is not Loom's. A browser hides all of a redirect, where it leads as well as its status. */
export function foreignAnswer(status: number): string | undefined {
  return status === 0 ? 'the server has moved' : undefined;
}
