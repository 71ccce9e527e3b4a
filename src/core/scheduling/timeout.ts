const LATE = Symbol('late');

/** The outcome of `promise`. @throws Error when there is none within `ms` milliseconds */
export async function withTimeout<T>(ms: number, promise: Promise<T>): Promise<T> {
  const outcome = await firstOf(ms, promise);
  if (outcome === LATE) throw new Error(`no answer within ${ms} ms`);
  return outcome;
}

/** Whether `promise` resolves within `ms` milliseconds. @throws what it rejects with within that time */
export async function resolvesWithin(ms: number, promise: Promise<unknown>): Promise<boolean> {
  return (await firstOf(ms, promise)) !== LATE;
}

function firstOf<T>(ms: number, promise: Promise<T>): Promise<T | typeof LATE> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(resolve, ms, LATE);
    promise.finally(() => clearTimeout(timer)).then(resolve, reject);
  });
}
