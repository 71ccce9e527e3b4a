/**
 * Calls `send(number)` for each number below `count`, with at most `limit` of the promises unfulfilled at any time.
 * It works with callbacks: a promise a message more would be measured as part of the client.
 */
export function sendInFlight(count, limit, send) {
  return new Promise((resolve, reject) => {
    let sent = 0;
    let done = 0;
    const next = () => {
      while (sent < count && sent - done < limit) send(sent++).then(finish, reject);
    };
    const finish = () => {
      done += 1;
      if (done === count) resolve();
      else next();
    };
    next();
  });
}
