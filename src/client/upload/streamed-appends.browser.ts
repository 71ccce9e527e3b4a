/** Browsers stream the body of a request at most over HTTP/2, which Loom does not speak: each request sends one block. */
export function openStreamedAppends(): undefined {}
