import type { LogId } from '../../../core/log/log-id';
import { authorizeEach } from '../../access/authorize';
import type { Principal } from '../../access/principal';
import { readWholeBody } from '../../body/whole-body';
import { RequestError } from '../../errors/request-error';
import { requireLog } from '../../errors/require-log';
import { assertKnownParameters } from '../../front/query';
import { sendHead } from '../../front/send-head';
import type { WireContext } from '../../front/wire';
import type { WireRequest } from '../../front/wire-request';
import { jsonBody } from '../../json/json-body';
import type { StreamLinks } from '../../links/stream-links';
import { parseLinkRequest } from './link-request';

const BODY_BYTES_MAX = 4 * 1024;

/** `POST /stream/:id/links`: a URL that does only what it says, on this stream only. */
export async function createLink(request: WireRequest, wire: WireContext, id: LogId): Promise<void> {
  const { req, res, query } = request;
  assertKnownParameters(query, []);
  const holder = request.principal();
  const links = assertMayLink(wire, holder);
  const { bodyTimeout: slackMs, bodyRate: bytesPerSecond } = wire.config.http;
  const limits = { bytes: BODY_BYTES_MAX, pace: { slackMs, bytesPerSecond } };
  const body = (await readWholeBody(req, res, limits)).toString();
  const { scopes, expiresInMs, isOfGeneration } = parseLinkRequest(body, wire.config.links.maxAge);
  authorizeEach(request, scopes, id);
  const generation = isOfGeneration ? (await requireLog(wire.store, id)).generation : undefined;
  const until = Math.min(Date.now() + expiresInMs, holder.until ?? Number.POSITIVE_INFINITY);
  const token = links.sign({
    id,
    scopes,
    until,
    by: holder.name,
    ...(generation !== undefined && { generation }),
  });
  request.audit('link created', { id, ...(generation !== undefined && { generation }) });
  sendLink(request, { id, token, scopes, expires: new Date(until).toISOString(), generation });
}

/** @throws RequestError `LINKS_OFF`, `FORBIDDEN` */
function assertMayLink({ links }: WireContext, { kind }: Principal): StreamLinks {
  if (links === undefined)
    throw new RequestError('LINKS_OFF', 'This server makes no links: its setting links.keysFile is off');
  if (kind === 'anonymous')
    throw new RequestError(
      'LINKS_OFF',
      'This server needs no token, so that the address of a stream is enough',
    );
  if (kind === 'link') throw new RequestError('FORBIDDEN', 'A link cannot make links');
  return links;
}

interface MadeLink {
  readonly id: LogId;
  readonly token: string;
  readonly scopes: readonly string[];
  readonly expires: string;
  readonly generation: string | undefined;
}

function sendLink(request: WireRequest, { id, token, ...rest }: MadeLink): void {
  const stream = `${request.serverUrl}/stream/${encodeURIComponent(id)}`;
  const body = jsonBody({
    url: `${stream}?access_token=${token}`,
    page: `${stream}#token=${token}`,
    token,
    ...rest,
  });
  sendHead(request, 201, {
    'Content-Type': 'application/json',
    'Content-Length': Buffer.byteLength(body),
    'Cache-Control': 'no-store',
    'X-Content-Type-Options': 'nosniff',
  });
  request.res.end(body);
}
