import type { SendRequest } from '../../lines/send-request';

/** What the server answers. */
interface MadeLink {
  readonly token: string;
  /** An RFC 3339 time. */
  readonly expires: string;
}

interface ShareContext {
  /** The server's path of the stream, such as `stream/build-1`. */
  readonly path: string;
  readonly send: SendRequest;
  readonly copy: (text: string) => Promise<boolean>;
}

/**
 * Copies a link with which others can read this stream for a while, without a token of their own. What it allows is in its fragment, which
 * browsers send to no server. This file is loaded when it is first used, and imports nothing: so it adds nothing to the page.
 * @returns what to say about it
 */
export async function shareLink({ path, send, copy }: ShareContext): Promise<string> {
  const { token, expires }: MadeLink = await (await send(`${path}/links`, { method: 'POST' })).json();
  const lines = /^#[LO][\dL-]+$/.exec(location.hash)?.[0];
  const link = new URL(location.pathname + location.search, location.href);
  link.hash = `${lines === undefined ? '' : `${lines}&`}token=${token}`;
  const until = new Date(expires).toLocaleString();
  return (await copy(link.href))
    ? `Copied. The link reads this stream until ${until}.`
    : 'The browser does not allow it to copy.';
}
