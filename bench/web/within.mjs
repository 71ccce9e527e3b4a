/** Something did not come about within the limit of a run. */
export class TooLate extends Error {
  name = 'TooLate';
}

/** @throws TooLate if `promise` is not settled within `ms`. What it waits for may go on. */
export async function within(ms, promise) {
  let timer;
  const limit = new Promise((_resolve, reject) => {
    timer = setTimeout(() => reject(new TooLate(`not within ${ms / 1000} s`)), ms);
  });
  try {
    return await Promise.race([promise, limit]);
  } finally {
    clearTimeout(timer);
  }
}
