/** A `fetch` whose answers to GET break off: the first after the first number of bytes, and so on. Later ones are whole. */
export function cutFetch(cuts: readonly number[]): typeof globalThis.fetch {
  const left = [...cuts];
  return async (url, init) => {
    const response = await fetch(url, init);
    const cut = init?.method === 'GET' && response.ok ? left.shift() : undefined;
    if (cut === undefined || response.body === null) return response;
    const { status, headers } = response;
    return new Response(response.body.pipeThrough(cutAfter(cut)), { status, headers });
  };
}

function cutAfter(bytes: number): TransformStream<Uint8Array, Uint8Array> {
  let left = bytes;
  return new TransformStream({
    transform(chunk, controller) {
      if (left > 0) controller.enqueue(chunk.subarray(0, left));
      left -= chunk.length;
      if (left < 0) controller.error(new TypeError('terminated'));
    },
  });
}
